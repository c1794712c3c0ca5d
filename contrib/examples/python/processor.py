"""A command processor in Python: follows the commands topic and answers each :create-foo
with a :foo-created event. It keeps no state, so it does not know after a restart which
commands it has answered."""

import argparse
import signal
import sys
import time
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from fressian_lite import FressianError, Keyword, read, write

ID, PARENT, ACTION, DATA = map(Keyword, ("id", "parent", "action", "data"))
CREATE_FOO, FOO_CREATED, LIKELY = map(Keyword, ("create-foo", "foo-created", "likely"))

REQUEST_S = 5  # for metadata and watermarks
LOOK_FOR_PARTITIONS_S = 5


def say(*words):
    print("processor:", *words, file=sys.stderr, flush=True)


def answer(command):
    """The event that answers a command, or None if this processor does not handle it."""
    if not isinstance(command, dict) or not isinstance(command.get(ID), uuid.UUID):
        raise FressianError("it is not a map with a uuid under :id")
    if command.get(ACTION) != CREATE_FOO:
        return None
    if not isinstance(command.get(DATA), dict):
        raise FressianError("it has no map under :data")
    return {ID: uuid.uuid4(), PARENT: command[ID], ACTION: FOO_CREATED,
            DATA: command[DATA] | {LIKELY: "with more keys generated upstream"}}


class Processor:
    def __init__(self, args):
        self.args = args
        self.stopping = False
        self.lost = False
        self.followed = 0
        self.looked = time.monotonic()
        own = dict(p.split("=", 1) for p in args.X)
        common = {"bootstrap.servers": args.brokers, "client.id": "cmdr-example-python"}
        # The library wants a group even of a consumer that joins and commits nothing.
        self.consumer = Consumer(common | {
            "group.id": "cmdr-example-python", "enable.auto.commit": False,
            "auto.offset.reset": "error", "isolation.level": "read_committed"} | own)
        # Keys get the partitions that Java's clients would choose.
        self.producer = Producer(common | {
            "enable.idempotence": True, "linger.ms": 0, "partitioner": "murmur2_random"} | own)

    def partitions(self, client, topic):
        """How many there are; 0 while the topic, or the broker, is not there."""
        try:
            metadata = client.list_topics(topic, REQUEST_S).topics[topic]
            return len(metadata.partitions), metadata.error
        except KafkaException as e:
            return 0, e.args[0]

    def await_topic(self, client, topic):
        said = None
        while not self.stopping:
            n, why = self.partitions(client, topic)
            if n:
                return n
            if str(why) != said:
                said = str(why)
                say(f"waiting for topic {topic} on {self.args.brokers}: {said}")
            time.sleep(0.2)
        return 0

    def offset(self, partition, beginning):
        """Where a partition begins or ends just now. An end that is asked for by name is
        found only when the first fetch comes; commands written until then are missed."""
        while not self.stopping:
            try:
                low, high = self.consumer.get_watermark_offsets(
                    TopicPartition(self.args.commands, partition), REQUEST_S)
                return low if beginning else high
            except KafkaException as e:
                say(f"no offsets of {self.args.commands}[{partition}] yet: {e}")
                time.sleep(0.2)
        return 0

    def follow(self, n, beginning):
        new = [TopicPartition(self.args.commands, p, self.offset(p, beginning))
               for p in range(self.followed, n)]
        if new and not self.stopping:
            self.consumer.incremental_assign(new)
            self.followed = n

    def look_for_partitions(self):
        """A partition that was added holds new commands only."""
        if time.monotonic() - self.looked >= LOOK_FOR_PARTITIONS_S:
            self.follow(self.partitions(self.consumer, self.args.commands)[0], True)
            self.looked = time.monotonic()

    def delivered(self, error, _):
        if error:
            self.lost = True
            say("an event was not delivered:", error)

    def produce(self, event):
        while True:
            try:
                return self.producer.produce(self.args.events, key=write(event[ID]),
                                             value=write(event), on_delivery=self.delivered)
            except BufferError:
                self.producer.poll(0.1)

    def handle(self, record):
        try:
            command = read(record.value() or b"")
            event = answer(command)
            if event:
                self.produce(event)
                print("handled", command[ID], "event", event[ID], flush=True)
        except (FressianError, KafkaException) as e:
            say(f"skipped {record.topic()}[{record.partition()}]@{record.offset()}: {e}")

    def step(self):
        record = self.consumer.poll(0.1)
        if record is None:
            pass
        elif record.error() is None:
            self.handle(record)
        elif record.error().code() == KafkaError._AUTO_OFFSET_RESET:
            # Where it stood is deleted by now: to go on elsewhere would be to miss commands.
            raise SystemExit(f"processor: {record.error().str()}")
        else:
            say(record.error())
        self.producer.poll(0)
        self.look_for_partitions()

    def stop(self, *_):
        self.stopping = True

    def run(self):
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        # To ask for the events topic also connects the producer, before the first command.
        if self.await_topic(self.producer, self.args.events):
            self.follow(self.await_topic(self.consumer, self.args.commands),
                        self.args.from_beginning)
        if not self.stopping:
            print("ready", flush=True)
        while not self.stopping:
            self.step()
        left = self.producer.flush(10)
        self.consumer.close()
        return 1 if left or self.lost else 0


def arguments():
    parser = argparse.ArgumentParser(prog="processor")
    parser.add_argument("--brokers", default="127.0.0.1:9092", metavar="HOST:PORT,...")
    parser.add_argument("--commands", default="commands", metavar="TOPIC")
    parser.add_argument("--events", default="events", metavar="TOPIC")
    parser.add_argument("--from-beginning", action="store_true",
                        help="start at the oldest command, not at the end of the topic")
    parser.add_argument("-X", default=[], action="append", metavar="NAME=VALUE",
                        help="a property of librdkafka")
    args = parser.parse_args()
    if not all("=" in p for p in args.X):
        parser.error("-X wants NAME=VALUE")
    return args


if __name__ == "__main__":
    sys.exit(Processor(arguments()).run())
