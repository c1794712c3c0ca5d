#!/usr/bin/python3
"""The bytes on a real Kafka: the documented command in every request type, read back by kcat's library and by the
reference Java/Clojure libraries, compared byte for byte; and ?sync=true with each example processor."""
import json
import os
import subprocess

import lib
from lib import Daemon, Kafka, Processor, check

kafka = None
VECTORS = os.path.join(lib.TOP, "tests/vectors/mapping.tsv")

DOCUMENTED = [
    ("application/json", b'{"action":"create-foo","data":{"a":"map data payload"}}'),
    ("application/edn", b'{:action :create-foo, :data {:a "map data payload"}}'),
    ("application/transit+json", b'["^ ","~:action","~:create-foo","~:data",["^ ","~:a","map data payload"]]'),
    ("application/transit+msgpack", bytes.fromhex(
        "82a87e3a616374696f6eac7e3a6372656174652d666f6fa67e3a6461746181a37e3a61b06d61702064617461207061796c6f6164")),
    ("application/fressian", bytes.fromhex(
        "c0e8caf7cde0616374696f6ecaf7cde30a6372656174652d666f6fcaf7cdde64617461c0e6caf7cddb61e3106d61702064617461207061796c6f6164")),
    ("application/x-www-form-urlencoded", b"action=create-foo&data[a]=map+data+payload"),
]


def golden(name):
    with open(VECTORS, encoding="utf-8") as f:
        for line in f:
            if line.startswith(name + "\t"):
                return bytes.fromhex(line.split("\t")[4])
    raise lib.Failed("no row %s" % name)


def hexes(records):
    return {k.hex(): v.hex() for (_, _, k, v) in records}


def documented_command():
    """Each type gives the documented bytes but for the id, which stands at the same place in all."""
    value, key, an_id = golden("command-fressian-doc"), golden("key-fressian-doc"), "ab675ea07f6d11e6bcdd540e9df06c05"
    kafka.create("doc", 1)
    kafka.create("docevents", 1)
    d = Daemon(kafka.bootstrap, "doc", "docevents").start()
    ids = []
    for kind, body in DOCUMENTED:
        status, headers, answer = d.post(body, kind)
        check(status == 202, "%s: %d %r" % (kind, status, answer))
        ids.append(json.loads(answer)["id"].replace("-", ""))
        check(headers["Location"].replace("-", "").endswith(ids[-1]), "Location %r" % headers["Location"])
    d.stop()
    got = [(k.hex(), v.hex()) for (_, _, k, v) in kafka.read("doc")]
    check(len(got) == len(ids), "%d records for %d commands" % (len(got), len(ids)))
    for (k, v), i in zip(got, ids):
        # Two checksums differ with the id: compare what stands before them; the reference checks them below.
        check(k[:-8] == key.hex().replace(an_id, i)[:-8], "key %s" % k)
        check(v[:-8] == value.hex().replace(an_id, i)[:-8], "value %s" % v)
    for (kind, _), (k, v) in zip(DOCUMENTED, got):
        print("     %-36s key %s\n     %-36s value %s" % (kind, k, "", v))
    return "%d request types" % len(got)


RICH = [
    '{:action :order/place :data {:id #uuid "ab675ea0-7f6d-11e6-bcdd-540e9df06c05" :at #inst "2016-09-20T12:34:56.789Z"}}',
    '{:action :a :data {:n 10N :m 1.50M :r 1/3 :l [1 2 [3]] :c \\a :s sym :f 1.5 :neg -70000 :big 9223372036854775807}}',
    '{:action :a :data {:deep {:er {:k [true false nil "x" "\\u20ac\\ud83d\\ude00"]}} :k1 1 :k2 2 :k3 3 :k4 4 :k5 5 :k6 6 :k7 7}}',
    '{:action :a :data {} :user #uuid "ab675ea0-7f6d-11e6-bcdd-540e9df06c05" :system #uuid "075415a0-7f6e-11e6-bcdd-540e9df06c05"}',
    '{:action :a :data {:set #{:x} :repeat [:abc :abc :abc "abc"] :ns/key :ns/val :text "%s"}}' % ("t" * 70000),
]


def reference_reads_the_same():
    """The real KafkaConsumer and data.fressian read what we wrote, and write the very same bytes for it."""
    kafka.create("ref", 1)
    kafka.create("refevents", 1)
    d = Daemon(kafka.bootstrap, "ref", "refevents").start()
    for kind, body in DOCUMENTED + [("application/edn", r.encode()) for r in RICH]:
        status, _, answer = d.post(body, kind)
        check(status == 202, "%s: %d %r" % (kind, status, answer))
    d.stop()
    n = len(DOCUMENTED) + len(RICH)
    classpath = subprocess.run([lib.KAFKA, "fetch-reference"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    out = subprocess.run(["java", "-cp", classpath, "clojure.main",
                          os.path.join(lib.TOP, "contrib/kafka/reference/read-topic.clj"), kafka.bootstrap, "ref", str(n)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    lines = [line for line in out.stdout.splitlines() if line.startswith("{")]
    check(len(lines) == n, "the reference read %d of %d: %s" % (len(lines), n, out.stderr[-500:]))
    import re
    for line in lines:
        wrote = re.search(r':value-hex "([0-9a-f]+)"', line).group(1)
        again = re.search(r':rewritten-hex "([0-9a-f]+)"', line).group(1)
        check(wrote == again, "the reference writes other bytes for %s" % line[:200])
    return "%d records, byte for byte" % n


def sync_with(language):
    kafka.create("c-" + language, 2)
    kafka.create("e-" + language, 2)
    d = Daemon(kafka.bootstrap, "c-" + language, "e-" + language).start()
    p = Processor(kafka.bootstrap, language, "c-" + language, "e-" + language)
    for kind, body in DOCUMENTED:
        status, _, answer = d.post(body, kind, "?sync=true", {"Accept": "application/json"})
        check(status == 201, "%s: %d %r" % (kind, status, answer))
        told = json.loads(answer)
        event = told["events"][0]
        check(event["parent"] == told["id"] and event["action"] == "foo-created", "event %r" % event)
        check(told["children"] == [event["id"]], "children %r" % told["children"])
        check(event["data"]["a"] == "map data payload", "data %r" % event["data"])
    p.stop()
    d.stop()
    return "%d request types answered 201" % len(DOCUMENTED)


def trace_in_headers():
    """traceparent and tracestate are headers of the record; a command without them has none."""
    from confluent_kafka import Consumer, TopicPartition
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    kafka.create("traced", 1)
    kafka.create("traced-events", 1)
    d = Daemon(kafka.bootstrap, "traced", "traced-events").start()
    check(d.post({"action": "a", "data": {}}, headers={"traceparent": parent, "tracestate": "a=1"})[0] == 202, "POST")
    check(d.post({"action": "a", "data": {}}, headers={"traceparent": parent, "Idempotency-Key": "k"})[0] == 202, "POST with a key")
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST without")
    d.stop()
    c = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "cmdr-test", "enable.auto.commit": False})
    c.assign([TopicPartition("traced", 0, 0)])
    found = []
    while len(found) < 3:
        m = c.poll(30)
        check(m is not None, "the records were not read")
        if not m.error():
            found.append(m.headers())
    c.close()
    check(found == [[("traceparent", parent.encode()), ("tracestate", b"a=1")], [("traceparent", parent.encode())], None],
          "headers: %r" % found)


TESTS = [
    ("trace context in record headers", trace_in_headers),
    ("the documented command in six types", documented_command),
    ("the reference reads and writes the same", reference_reads_the_same),
] + [("sync with the %s processor" % language, lambda language=language: sync_with(language))
     for language in ("c", "python", "java", "clojure")]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_KAFKA_PORT", "19500"))).start()
    try:
        status = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status)
