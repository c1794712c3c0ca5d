;; A command processor in Clojure: follows the commands topic and answers each
;; :create-foo with a :foo-created event. It keeps no state, so it does not know after a
;; restart which commands it has answered.

(ns processor
  (:require [clojure.data.fressian :as fressian])
  (:import [java.io ByteArrayInputStream]
           [java.nio ByteBuffer]
           [java.time Duration]
           [java.util Map]
           [org.apache.kafka.clients.consumer ConsumerRecord KafkaConsumer]
           [org.apache.kafka.clients.producer Callback KafkaProducer ProducerRecord]
           [org.apache.kafka.common KafkaException PartitionInfo TopicPartition]
           [org.apache.kafka.common.errors WakeupException]
           [org.apache.kafka.common.serialization ByteArrayDeserializer ByteArraySerializer]
           [org.fressian FressianReader]))

(set! *warn-on-reflection* true)

(def stopping (promise))
(def lost (atom false))

(defn say [& words]
  (binding [*out* *err*]
    (println (str "processor: " (apply str words)))))

;; --- Fressian ---------------------------------------------------------------

(defn decode
  "The value of a message, which may have a footer: that has to be right then."
  [^bytes message]
  (let [in (ByteArrayInputStream. message)
        reader ^FressianReader (fressian/create-reader in :checksum? true)
        value (fressian/read-object reader)]
    (when (pos? (.available in)) (.validateFooter reader))
    (when (pos? (.available in)) (throw (ex-info "something follows the footer" {})))
    value))

(defn encode ^bytes [value]
  (let [buffer ^ByteBuffer (fressian/write value :footer? true)
        message (byte-array (.remaining buffer))]
    (.get buffer message)
    message))

;; --- commands and events ----------------------------------------------------

(defmulti answer
  "The event that answers a command, or nil if this processor does not handle it."
  :action)

(defmethod answer :default [_] nil)

(defmethod answer :create-foo [{:keys [id data]}]
  (when-not (map? data) (throw (ex-info "it has no map under :data" {})))
  (array-map :id (random-uuid)
             :parent id
             :action :foo-created
             :data (assoc data :likely "with more keys generated upstream")))

(defn send-event [^KafkaProducer producer topic event]
  (.send producer
         (ProducerRecord. topic (encode (:id event)) (encode event))
         (reify Callback
           (onCompletion [_ _ error]
             (when error
               (reset! lost true)
               (say "an event was not delivered: " error))))))

(defn handle
  "A hostile message can exhaust the stack or the memory of the reader."
  [producer events ^ConsumerRecord record]
  (try
    (let [command (decode (or (.value record) (throw (ex-info "it is null" {}))))]
      (when-not (and (map? command) (uuid? (:id command)))
        (throw (ex-info "it is not a map with a uuid under :id" {})))
      (when-let [event (answer command)]
        (send-event producer events event)
        (println "handled" (str (:parent event)) "event" (str (:id event)))))
    (catch Throwable e
      (say "skipped " (.topic record) "[" (.partition record) "]@" (.offset record) ": " e))))

;; --- Kafka ------------------------------------------------------------------

(def look-for-partitions-ms 5000)

(defn make-consumer
  "partitionsFor answers from what the client knows, as old as max.age allows."
  ^KafkaConsumer [brokers]
  (let [config ^Map {"bootstrap.servers" brokers "client.id" "cmdr-example-clojure"
                     "enable.auto.commit" "false" "auto.offset.reset" "none"
                     "isolation.level" "read_committed" "allow.auto.create.topics" "false"
                     "metadata.max.age.ms" (str look-for-partitions-ms)}]
    (KafkaConsumer. ^Map config (ByteArrayDeserializer.) (ByteArrayDeserializer.))))

(defn make-producer ^KafkaProducer [brokers]
  (let [config ^Map {"bootstrap.servers" brokers "client.id" "cmdr-example-clojure"
                     "enable.idempotence" "true" "linger.ms" "0"}]
    (KafkaProducer. ^Map config (ByteArraySerializer.) (ByteArraySerializer.))))

(defn partitions [^KafkaConsumer consumer ^String topic]
  (for [^PartitionInfo p (.partitionsFor consumer topic)]
    (TopicPartition. topic (.partition p))))

(defn await-topic
  "Its partitions, when it is there."
  [consumer topic]
  (loop [said nil]
    (let [[found why] (try
                        [(seq (partitions consumer topic)) "it does not exist"]
                        (catch WakeupException e (throw e))
                        (catch KafkaException e [nil (ex-message e)]))]
      (or found
          (do
            (when (not= why said) (say "waiting for topic " topic ": " why))
            (Thread/sleep 200)
            (recur why))))))

(defn follow
  "Follows what is not followed yet, from offsets that are looked up. An end that is only
  asked for is found when the first poll comes; commands written until then are missed."
  [^KafkaConsumer consumer all beginning?]
  (when-let [added (seq (remove (set (.assignment consumer)) all))]
    (.assign consumer all)
    (doseq [[p ^Long offset] (if beginning?
                               (.beginningOffsets consumer added)
                               (.endOffsets consumer added))]
      (.seek consumer ^TopicPartition p (long offset)))))

(defn look-for-partitions
  "A partition that was added holds new commands only."
  [consumer topic]
  (try
    (follow consumer (partitions consumer topic) true)
    (catch WakeupException e (throw e))
    (catch KafkaException e (say e))))

(defn work [^KafkaConsumer consumer producer {:keys [commands events]}]
  (loop [looked (System/nanoTime)]
    (when-not (realized? stopping)
      (run! #(handle producer events %) (.poll consumer (Duration/ofSeconds 1)))
      (if (< (- (System/nanoTime) looked) (* 1000000 look-for-partitions-ms))
        (recur looked)
        (do
          (look-for-partitions consumer commands)
          (recur (System/nanoTime)))))))

(defn run-processor [{:keys [brokers commands events from-beginning] :as options}]
  (let [consumer (make-consumer brokers)
        producer (make-producer brokers)]
    (deliver (:consumer options) consumer)
    (try
      (await-topic consumer events)
      ;; This connects the producer, before the first command comes.
      (.partitionsFor producer ^String events)
      (follow consumer (await-topic consumer commands) from-beginning)
      (println "ready")
      (work consumer producer options)
      (catch WakeupException _)
      (catch KafkaException e
        (reset! lost true)
        (say e))
      (finally
        (.close producer (Duration/ofSeconds 10))
        (.close consumer)))))

;; --- the program ------------------------------------------------------------

(def defaults {:brokers "127.0.0.1:9092" :commands "commands" :events "events"})

(defn parse [args]
  (loop [options defaults [arg & more] args]
    (cond
      (nil? arg) options
      (= arg "--from-beginning") (recur (assoc options :from-beginning true) more)
      (and (#{"--brokers" "--commands" "--events"} arg) (seq more))
      (recur (assoc options (keyword (subs arg 2)) (first more)) (rest more))
      :else nil)))

(def usage
  "usage: processor [--brokers HOST:PORT,...] [--commands TOPIC] [--events TOPIC]
                 [--from-beginning]
  --from-beginning  start at the oldest command, not at the end of the topic")

(defn stop-when-told
  "A JVM that is told to end runs its hooks and gives 143; this one ends its work first."
  [consumer]
  (let [main (Thread/currentThread)]
    (.addShutdownHook
      (Runtime/getRuntime)
      (Thread. (fn []
                 (when (.isAlive main)
                   (deliver stopping true)
                   (when-let [c ^KafkaConsumer (deref consumer 0 nil)] (.wakeup c))
                   (.join main 15000)
                   (flush)
                   (.halt (Runtime/getRuntime) (if @lost 1 0))))))))

(defn main [args]
  (if-let [options (parse args)]
    (let [consumer (promise)]
      (stop-when-told consumer)
      (run-processor (assoc options :consumer consumer))
      ;; While the hook waits for this thread, to exit would be to wait for the hook.
      (when-not (realized? stopping) (System/exit (if @lost 1 0))))
    (let [asked? (some #{"--help" "-h"} args)]
      (binding [*out* (if asked? *out* *err*)] (println usage))
      (System/exit (if asked? 0 2)))))

(main *command-line-args*)
