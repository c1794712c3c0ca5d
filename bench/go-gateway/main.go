// A hand-written gateway as a good Go programmer would write it: net/http, franz-go, acks=all. It decodes the command,
// gives it a UUID, writes key and value to Kafka and answers when the record is acknowledged. For bench/run only.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kgo"
)

type command struct {
	ID        string          `json:"id"`
	Action    string          `json:"action"`
	Data      json.RawMessage `json:"data"`
	Timestamp int64           `json:"timestamp,omitempty"`
	Topic     string          `json:"topic,omitempty"`
	Partition int32           `json:"partition"`
	Offset    int64           `json:"offset"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:3001", "address")
	brokers := flag.String("brokers", "127.0.0.1:9092", "address")
	topic := flag.String("topic", "commands", "topic")
	flag.Parse()
	client, err := kgo.NewClient(kgo.SeedBrokers(*brokers), kgo.DefaultProduceTopic(*topic),
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerBatchCompression(kgo.GzipCompression()))
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/commands", func(w http.ResponseWriter, r *http.Request) {
		var c command
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil || c.Action == "" {
			http.Error(w, "bad command", http.StatusBadRequest)
			return
		}
		id, _ := uuid.NewUUID()
		c.ID = id.String()
		c.Timestamp = time.Now().UnixMilli()
		value, _ := json.Marshal(&c)
		done := make(chan error, 1)
		record := &kgo.Record{Key: id[:], Value: value}
		client.Produce(r.Context(), record, func(_ *kgo.Record, err error) { done <- err })
		if err := <-done; err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		c.Topic, c.Partition, c.Offset = record.Topic, record.Partition, record.Offset
		body, _ := json.Marshal(&c)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Location", "/commands/"+c.ID)
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write(body)
	})
	fmt.Println("ready")
	if err := http.ListenAndServe(*listen, nil); err != nil {
		panic(err)
	}
}
