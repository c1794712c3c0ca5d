;; Writes Fressian as data.fressian does: reads one EDN value a line from stdin and
;; prints the hex of clojure.data.fressian/write with :footer? true, or "error: ..."
;; for a line that is no EDN or a value that data.fressian refuses.
;;
;; java -cp "$(kafka fetch-reference)" clojure.main write-fressian.clj

(load-file (str (.getParent (java.io.File. ^String *file*)) "/edn.clj"))

(require '[clojure.data.fressian :as fressian] '[clojure.java.io :as io])

(defn- encode [line]
  (try
    (let [buffer ^java.nio.ByteBuffer (fressian/write (edn/parse line) :footer? true)
          bytes (byte-array (.remaining buffer))]
      (.get buffer bytes)
      (edn/hex bytes))
    (catch Exception e
      (str "error: " (ex-message e)))))

(doseq [line (line-seq (io/reader System/in :encoding "UTF-8"))]
  (println (encode line)))
