;; transit-clj, data.fressian and clojure.edn as encoders and decoders against cmdr, over java.net.http: see "rich" of
;; checks.json, whose types and checks stand here again because Clojure reads no JSON by itself. `clojure.main rich.clj ROWS`
(ns rich
  (:require [clojure.data.fressian :as fressian]
            [clojure.edn :as edn]
            [clojure.string :as string]
            [cognitect.transit :as transit])
  (:import (java.io ByteArrayInputStream ByteArrayOutputStream IOException)
           (java.net URI)
           (java.net.http HttpClient HttpRequest HttpRequest$BodyPublishers HttpResponse$BodyHandlers)
           (java.time Duration)))

;; docs: begin
(defn post [client url bytes headers]
  (let [b (-> (HttpRequest/newBuilder (URI. url)) (.timeout (Duration/ofSeconds 30))
              (.POST (HttpRequest$BodyPublishers/ofByteArray bytes)))]
    (doseq [[k v] headers] (.header b k v))
    (.send client (.build b) (HttpResponse$BodyHandlers/ofByteArray))))

(defn send-safely
  "Until it is answered: the same key makes it the same command, however often it is sent."
  [client url command key]
  (let [body (.getBytes (pr-str command) "UTF-8")
        headers {"Content-Type" "application/edn" "Accept" "application/edn" "Idempotency-Key" (str \" key \")}]
    (loop [attempt 1]
      ;; An IOException: not there, or gone before it answered.
      (let [r (try (post client url body headers) (catch IOException _ nil))]
        (cond (and r (not (#{409 429 503 504} (.statusCode r)))) r
              (= attempt 8) (throw (ex-info "no answer yet: send it again later, with the same key" {:key key}))
              :else (do (Thread/sleep (* 1000 (if r (.orElse (.firstValueAsLong (.headers r) "Retry-After") 1) 1)))
                        (recur (inc attempt))))))))

;; (send-safely (HttpClient/newHttpClient) url {:action :create-foo :data {:at #inst "2026-11-27"}} "order-17")
;; docs: end

(defn transit-codec [format]
  {:write (fn [v] (let [out (ByteArrayOutputStream.)] (transit/write (transit/writer out format) v) (.toByteArray out)))
   :read (fn [bytes] (transit/read (transit/reader (ByteArrayInputStream. bytes) (if (= format :json-verbose) :json format))))})

(def codecs
  (array-map
   "application/transit+json" (transit-codec :json)
   "application/transit+json;verbose=true" (transit-codec :json-verbose)
   "application/transit+msgpack" (transit-codec :msgpack)
   "application/fressian" {:write (fn [v] (let [b (fressian/write v :footer? true) a (byte-array (.remaining b))] (.get b a) a))
                           :read (fn [bytes] (fressian/read (ByteArrayInputStream. bytes)))}
   "application/edn" {:write (fn [v] (.getBytes (pr-str v) "UTF-8"))
                      :read (fn [bytes] (edn/read-string (String. bytes "UTF-8")))}))

(def data
  {:keyword :ns/name :symbol 'ns/sym :uuid #uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
   :inst #inst "2026-11-27T12:30:01.234-00:00" :set #{1 2 :three} :bigint 123456789012345678901234567890N :long Long/MIN_VALUE
   :bigdec 1.50M :double 2.5 :nil nil :text "~tilde ^caret `tick zażółć \ud83d\ude80" :vector [1 [2 [3]]]
   :nested {"a string" [:again :again {:deep -1}] 17 :by-number [1 2] :composite #uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" #{}}})

;; What no processor is asked to take.
(def more {:char \ż :ratio 1/3 :list '(1 (2)) :map-of-sets {#{1} #{2}} :empty [[] {} #{} "" ()]})

(def client (HttpClient/newHttpClient))

(defn must [good what] (when-not good (throw (ex-info (pr-str what) {}))))

(defn header [r name] (.orElse (.firstValue (.headers r) name) nil))

(defn ask
  "POSTs value, or GETs where there is none: [status response value]."
  ([kind url] (let [r (.send client (-> (HttpRequest/newBuilder (URI. url)) (.header "Accept" kind) .build)
                             (HttpResponse$BodyHandlers/ofByteArray))]
                [(.statusCode r) r ((get-in codecs [kind :read]) (.body r))]))
  ([kind url value] (let [r (post client url ((get-in codecs [kind :write]) value)
                                  {"Content-Type" (first (string/split kind #";")) "Accept" kind})]
                      (must (string/starts-with? (header r "Content-Type") (first (string/split kind #";")))
                            (header r "Content-Type"))
                      [(.statusCode r) r ((get-in codecs [kind :read]) (.body r))])))

(defn command [d] {:action :create-foo :data d})

(defn same
  "Equal, and of the same types: (= 1 1N) in Clojure, which is not what was sent."
  [got]
  (doseq [[k v] data]
    (must (= v (get got k)) [k (get got k) v])
    (must (or (coll? v) (= (pr-str v) (pr-str (get got k))) (instance? BigInteger (get got k))) [k (get got k) v])))

(def checks
  (array-map
   "taken, and sent again with its key: replayed"
   (fn [{:keys [flaky run]} kind]
     (let [r (send-safely client (str flaky "/commands") (command data) (str run "-" kind))]
       (must (and (= 202 (.statusCode r)) (= "true" (header r "Idempotency-Replayed"))) (.statusCode r))))
   "every type that it has comes back equal"
   (fn [{:keys [base]} kind]
     (let [[status _ answer] (ask kind (str base "/commands?sync=true") (command data)), event (first (:events answer))]
       (must (= 201 status) [status answer])
       (must (and (= :create-foo (:action answer)) (= :foo-created (:action event)) (uuid? (:id answer))) answer)
       (must (= (:parent event) (:id answer)) answer)
       (same (:data answer))
       (same (:data event))))
   "a batch: results in order"
   (fn [{:keys [base]} kind]
     (let [[status _ answer] (ask kind (str base "/commands") (mapv #(command {:i %}) (range 3)))]
       (must (= [202 [[202 0] [202 1] [202 2]]] [status (mapv (juxt :status (comp :i :data :command)) (:results answer))]) answer)))
   "a problem is a map in its type"
   (fn [{:keys [base]} kind]
     (let [[status _ answer] (ask kind (str base "/commands") {:action :create-foo})]
       (must (and (= 422 status (:status answer)) (= "urn:cmdr:problem:invalid-command" (:type answer))) answer)))
   "the record at Location"
   (fn [{:keys [base]} kind]
     (let [[_ r sent] (ask kind (str base "/commands") (command (merge data more))), [status _ record] (ask kind (header r "Location"))]
       (must (and (= 200 status) (= (:id sent) (:id record))) record)
       (must (= more (select-keys (:data record) (keys more))) (:data record))
       (same (:data record))))))

(defn field [text name] (second (re-find (re-pattern (str "\"" name "\": \"([^\"]*)\"")) text)))

(let [text (slurp (first *command-line-args*))
      table {:base (field text "base") :flaky (field text "flaky") :run (field text "run")}]
  (doseq [kind (keys codecs), [name check] checks]
    (println (try (check table kind) (str "ok\t" kind ": " name)
                  (catch Throwable e (str "FAIL\t" kind ": " name "\t" (string/replace (str e) "\n" " ")))))
    (flush))
  (shutdown-agents)
  (System/exit 0))
