;; EDN with every value that Fressian has, in the spelling of tests/vectors: what
;; clojure.edn lacks are tags (#bytes, #float, #kw, #fressian/tagged ...). Maps and
;; sets keep the order in which they are written, whatever their size; clojure.edn
;; would hash those of more than eight entries. Loaded by the scripts beside it.

(ns edn
  (:require [clojure.edn :as edn] [clojure.string :as str])
  (:import [clojure.lang BigInt Keyword PersistentArrayMap Symbol]
           [java.io PushbackReader StringReader]
           [java.net URI]
           [java.util Date HexFormat LinkedHashSet List Map Set]
           [java.util.regex Pattern]
           [org.fressian TaggedObject]))

(set! *warn-on-reflection* true)

(defn utf-8
  "A writer that does not depend on the locale."
  [out]
  (java.io.OutputStreamWriter. ^java.io.OutputStream out "UTF-8"))

(defn hex [^bytes b]
  (.formatHex (HexFormat/of) b))

(defn unhex ^bytes [^String s]
  (.parseHex (HexFormat/of) s))

;; --- printing ---------------------------------------------------------------

(declare text)

(defn- plain? [i]
  (not (or (< i 32) (<= 0x7f i 0x9f) (<= 0x2028 i 0x2029) (<= 0xd800 i 0xdfff) (#{0xfeff 0xfffe 0xffff} i))))

(defn- string-text
  "Half a surrogate pair is escaped, a whole one is one character."
  [^String s]
  (let [out (StringBuilder. "\"")]
    (doseq [i (iterator-seq (.iterator (.codePoints s)))]
      (case (long i)
        34 (.append out "\\\"")
        92 (.append out "\\\\")
        10 (.append out "\\n")
        9 (.append out "\\t")
        13 (.append out "\\r")
        (if (plain? i)
          (.appendCodePoint out (int i))
          (.append out (format "\\u%04x" i)))))
    (str (.append out "\""))))

(def ^:private legal-name
  #"[A-Za-z*!_?$%&=<>.+\-]([A-Za-z0-9*!_?$%&=<>.+\-#':]*[A-Za-z0-9*!_?$%&=<>.+\-#'])?|[^\x00-\x7f]+")

(defn- legal? [^clojure.lang.Named x]
  (and (every? #(or (nil? %) (re-matches legal-name %)) [(namespace x) (name x)])
       (not-any? #(and % (re-find #"^[+.\-][0-9]" %)) [(namespace x) (name x)])
       (not (#{"nil" "true" "false"} (str x)))))

(defn- named-text [tag x]
  (if (legal? x)
    (str x)
    (str tag "[" (text (namespace x)) " " (text (name x)) "]")))

(defn- items [open xs close]
  (str open (str/join " " (map text xs)) close))

(defn- map-text [m]
  (str "{" (str/join ", " (map (fn [e] (str (text (key e)) " " (text (val e)))) m)) "}"))

(defn- date-text [^Date d]
  (let [ms (.getTime d)]
    (if (<= -12219292800000 ms 253402300799999)
      (pr-str d)
      (str "#inst-ms " ms))))

(defn- char-text [c]
  (if (or (< 32 (int c) 127) (char-name-string c))
    (pr-str c)
    (format "\\u%04x" (int c))))

(defn- array-text [x]
  (case (.getName (class x))
    "[B" (str "#bytes \"" (hex x) "\"")
    "[I" (items "#intarray [" x "]")
    "[J" (items "#longarray [" x "]")
    "[F" (str "#floatarray [" (str/join " " (map pr-str x)) "]")
    "[D" (items "#doublearray [" x "]")
    "[Z" (items "#booleanarray [" x "]")
    (items "#objectarray [" x "]")))

(defn text
  "The EDN of a value that data.fressian has read."
  [x]
  (cond
    (string? x) (string-text x)
    (instance? Keyword x) (named-text "#kw " x)
    (instance? Symbol x) (named-text "#sym " x)
    (instance? Float x) (str "#float " (pr-str x))
    (instance? Byte x) (str "#byte " x)
    (instance? BigInteger x) (str x "N")
    (char? x) (char-text x)
    (instance? Date x) (date-text x)
    (instance? URI x) (str "#uri " (string-text (str x)))
    (instance? Pattern x) (str "#regex " (string-text (str x)))
    (instance? TaggedObject x) (str "#fressian/tagged [" (text (.getTag ^TaggedObject x)) " "
                                    (items "[" (.getValue ^TaggedObject x) "]") "]")
    (instance? Map x) (map-text x)
    (instance? Set x) (items "#{" x "}")
    (or (instance? List x) (sequential? x)) (items "[" x "]")
    (and x (.isArray (class x))) (array-text x)
    :else (pr-str x)))

;; --- reading ----------------------------------------------------------------

(defn- fail [& words]
  (throw (ex-info (apply str words) {})))

(defn- next-char [^PushbackReader r]
  (let [c (.read r)]
    (when (neg? c) (fail "the line ends within a value"))
    (char c)))

(defn- skip-space
  "The next character that matters, left unread; nil at the end."
  [^PushbackReader r]
  (let [c (.read r)]
    (cond
      (neg? c) nil
      (or (Character/isWhitespace c) (= c 44)) (recur r)
      :else (do (.unread r c) (char c)))))

(declare value)

(defn- until [^PushbackReader r close]
  (loop [xs []]
    (if (= close (skip-space r))
      (do (.read r) xs)
      (recur (conj xs (value r))))))

(defn- read-string-literal [^PushbackReader r]
  (let [out (StringBuilder.)]
    (loop []
      (let [c (next-char r)]
        (cond
          (= c \") (str out)
          (= c \\) (let [e (next-char r)]
                     (.append out (char (case e
                                          \n 10 \t 9 \r 13 \b 8 \f 12 \" 34 \\ 92
                                          \u (Integer/parseInt (apply str (repeatedly 4 #(next-char r))) 16)
                                          (fail "there is no escape \\" e))))
                     (recur))
          :else (do (.append out (char c)) (recur)))))))

(defn- token
  "Up to the next delimiter; a character literal may begin with one."
  [^PushbackReader r]
  (let [out (StringBuilder.)]
    (.append out (char (next-char r)))
    (when (= "\\" (str out)) (.append out (char (next-char r))))
    (loop []
      (let [c (.read r)]
        (cond
          (neg? c) (str out)
          (or (Character/isWhitespace c) (str/index-of ",()[]{}\";" (char c))) (do (.unread r c) (str out))
          :else (do (.append out (char c)) (recur)))))))

(defn- ordered-map [xs]
  (when (odd? (count xs)) (fail "a map needs pairs"))
  (when-not (or (empty? xs) (apply distinct? (take-nth 2 xs))) (fail "a map has a key twice"))
  (PersistentArrayMap. (object-array xs)))

(defn- repeated [pairs]
  (apply str (mapcat (fn [[s n]] (repeat n s)) pairs)))

(def ^:private tags
  {"uuid" parse-uuid
   "inst" #(edn/read-string (str "#inst " (pr-str %)))
   "inst-ms" #(Date. (long %))
   "bytes" unhex
   "float" #(.floatValue ^Number %)
   "byte" byte
   "uri" #(URI. %)
   "regex" re-pattern
   "kw" (fn [[n s]] (keyword n s))
   "sym" (fn [[n s]] (symbol n s))
   "intarray" int-array
   "longarray" long-array
   "floatarray" (fn [xs] (float-array (map #(.floatValue ^Number %) xs)))
   "doublearray" double-array
   "booleanarray" boolean-array
   "objectarray" object-array
   "fressian/tagged" (fn [[tag fields]] (TaggedObject. tag (object-array fields)))
   "strrep" repeated
   "bytesrep" (comp unhex repeated)})

(defn- dispatched [^PushbackReader r]
  (let [c (next-char r)]
    (case c
      \{ (LinkedHashSet. ^java.util.Collection (until r \}))
      \# (edn/read-string (str "##" (token r)))
      (do (.unread r (int c))
          (let [tag (token r)]
            ((or (tags tag) (fail "there is no tag #" tag)) (value r)))))))

(defn- atom-value [^String s]
  (if (re-matches #"\\u[0-9a-fA-F]{4}" s)
    (char (Integer/parseInt (subs s 2) 16))
    (edn/read-string s)))

(defn- value [^PushbackReader r]
  (case (skip-space r)
    nil (fail "the line ends where a value should be")
    (\[ \() (let [close ({\[ \] \( \)} (next-char r))] (until r close))
    \{ (do (next-char r) (ordered-map (until r \})))
    \" (do (next-char r) (read-string-literal r))
    \# (do (next-char r) (dispatched r))
    (\) \] \}) (fail "there is a closing bracket too many")
    (atom-value (token r))))

(defn parse
  "The one value that a line holds."
  [^String line]
  (let [r (PushbackReader. (StringReader. line) 2)
        x (value r)]
    (when (skip-space r) (fail "something follows the value"))
    x))
