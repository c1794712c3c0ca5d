;; Reads records as a Clojure program does, with the real KafkaConsumer and
;; data.fressian (checksum on), from the beginning of a topic. Prints for each an EDN map
;; on one line, with
;;   :partition :offset :timestamp :headers :key-hex :value-hex
;;   :key :value      what data.fressian reads, or :key-error, :value-error
;;   :rewritten-hex   what data.fressian writes, with footer, for the value with every
;;                    map and set in the order in which it was read
;;
;; java -cp "$(kafka fetch-reference)" clojure.main read-topic.clj BOOTSTRAP TOPIC COUNT
;;   [SECONDS]
;; Ends with status 1 if COUNT records do not come within SECONDS (60).

;; Set before kafka-clients is loaded, which tells its whole configuration otherwise.
(System/setProperty "org.slf4j.simpleLogger.defaultLogLevel" "warn")
(load-file (str (.getParent (java.io.File. ^String *file*)) "/edn.clj"))

(ns read-topic
  (:require [clojure.data.fressian :as fressian] [edn])
  (:import [clojure.lang PersistentArrayMap]
           [java.io ByteArrayInputStream]
           [java.time Duration]
           [java.util LinkedHashSet]
           [org.apache.kafka.clients.consumer ConsumerRecord KafkaConsumer]
           [org.apache.kafka.common PartitionInfo TopicPartition]
           [org.apache.kafka.common.header Header]
           [org.apache.kafka.common.serialization ByteArrayDeserializer]
           [org.fressian.handlers ReadHandler]))

(set! *warn-on-reflection* true)

(def ordered-handlers
  (merge fressian/clojure-read-handlers
         {"map" (reify ReadHandler
                  (read [_ reader _ _]
                    (PersistentArrayMap/createAsIfByAssoc (to-array (.readObject reader)))))
          "set" (reify ReadHandler
                  (read [_ reader _ _]
                    (LinkedHashSet. ^java.util.Collection (.readObject reader))))}))

(defn decode
  "One value and, if anything follows, exactly one footer that is right."
  [^bytes bytes handlers]
  (let [in (ByteArrayInputStream. bytes)
        reader ^org.fressian.FressianReader (fressian/create-reader
                                              in :checksum? true
                                              :handlers (fressian/associative-lookup handlers))
        x (fressian/read-object reader)]
    (when (pos? (.available in)) (.validateFooter reader))
    (when (pos? (.available in)) (throw (ex-info "something follows the footer" {})))
    x))

(defn attempt [what bytes]
  (when bytes
    (try
      {what (decode bytes fressian/clojure-read-handlers)}
      (catch Throwable e
        {(keyword (str (name what) "-error")) (str e)}))))

(defn rewrite [bytes]
  (let [buffer ^java.nio.ByteBuffer (fressian/write (decode bytes ordered-handlers) :footer? true)
        out (byte-array (.remaining buffer))]
    (.get buffer out)
    (edn/hex out)))

(defn rewritten [bytes]
  (when bytes
    (try
      {:rewritten-hex (rewrite bytes)}
      (catch Throwable e
        {:rewritten-error (str e)}))))

(defn describe [^ConsumerRecord r]
  (let [k (.key r) v (.value r)]
    (apply array-map
           (mapcat identity
                   (concat {:partition (.partition r) :offset (.offset r)}
                           (attempt :key k)
                           (attempt :value v)
                           {:key-hex (some-> k edn/hex) :value-hex (some-> v edn/hex)}
                           (rewritten v)
                           {:timestamp (.timestamp r)
                            :headers (vec (for [^Header h (.headers r)] [(.key h) (.value h)]))})))))

(def settings
  {"enable.auto.commit" "false" "isolation.level" "read_committed"
   "allow.auto.create.topics" "false" "auto.offset.reset" "earliest"})

(defn consumer [bootstrap topic]
  (let [config ^java.util.Map (assoc settings "bootstrap.servers" bootstrap)
        c (KafkaConsumer. config (ByteArrayDeserializer.) (ByteArrayDeserializer.))
        partitions (for [^PartitionInfo p (.partitionsFor c ^String topic)]
                     (TopicPartition. topic (.partition p)))]
    (.assign c partitions)
    (.seekToBeginning c partitions)
    c))

(defn run [bootstrap topic wanted seconds]
  (with-open [c ^KafkaConsumer (consumer bootstrap topic)]
    (let [deadline (+ (System/nanoTime) (* 1000000000 seconds))]
      (loop [got 0]
        (cond
          (>= got wanted) 0
          (> (System/nanoTime) deadline)
          (do (binding [*out* *err*]
                (println "read-topic:" got "of" wanted "records after" seconds "seconds"))
              1)
          :else
          (let [records (take (- wanted got) (.poll c (Duration/ofMillis 200)))]
            (run! (comp println edn/text describe) records)
            (flush)
            (recur (+ got (count records)))))))))

(let [[bootstrap topic wanted seconds] *command-line-args*]
  (when-not wanted
    (binding [*out* *err*]
      (println "usage: read-topic.clj BOOTSTRAP TOPIC COUNT [SECONDS]"))
    (System/exit 2))
  (let [status (binding [*out* (edn/utf-8 System/out)]
                 (run bootstrap topic (parse-long wanted) (parse-long (or seconds "60"))))]
    (System/exit status)))
