#!/usr/bin/python3
"""Schemas of commands on a real Kafka of one broker: two machines that agree, changes under kill -9, files, modes, and types
given by a schema as the reference reads them. See lib.py."""
import collections
import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time

import lib
from lib import Daemon, Kafka, check, wait_until

ACTIONS = int(os.environ.get("CMDR_SCHEMAS", "300"))
KILLS = int(os.environ.get("CMDR_KILLS", "3"))
kafka = None


def machine(topic, name, **schemas):
    keys = {k: v for k, v in schemas.items() if v is not None}
    return Daemon(kafka.bootstrap, "c-" + name, "e-" + name, workers=2,
                  extra={"topics": {"schemas": topic} if topic else {}, "schemas": keys or {"mode": "known"}})


def topics(name):
    kafka.create("c-" + name, 2)
    kafka.create("e-" + name, 2)


def ask(d, method, path, body=None, headers=None):
    c = d.connect()
    try:
        text = json.dumps(body) if body is not None and not isinstance(body, (str, bytes)) else body
        c.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read()
    finally:
        c.close()


def command(d, data, action="create-foo", **kw):
    return d.post({"action": action, "data": data}, **kw)


A = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 10}}}
B = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 20}}}


def topic_is_made():
    """It is not there: it is made, compacted, with one partition; what is registered outlives a restart."""
    from confluent_kafka.admin import AdminClient, ConfigResource
    topics("made")
    d = machine("made-schemas", "made").start()
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    parts = admin.list_topics("made-schemas", timeout=20).topics["made-schemas"].partitions
    check(len(parts) == 1, "%d partitions" % len(parts))
    resource = ConfigResource(ConfigResource.Type.TOPIC, "made-schemas")
    policy = list(admin.describe_configs([resource]).values())[0].result()["cleanup.policy"].value
    check(policy == "compact", "cleanup.policy %s" % policy)
    check(ask(d, "PUT", "/schemas/create-foo", A)[0] == 201, "PUT")
    check(ask(d, "PUT", "/schemas/ns%2Fname", True)[0] == 201, "PUT of another")
    d.stop()
    d.start()
    status, _, text = ask(d, "GET", "/schemas")
    names = [s["action"] for s in json.loads(text)["schemas"]]
    check(status == 200 and names == ["create-foo", "ns/name"], "after a restart: %r" % names)
    status, _, text = command(d, {"a": 7})
    check(status == 422 and b"schema-violation" in text and b"/data/a" in text, "%d %r" % (status, text))
    d.stop()


def put_many(d, seed, out):
    """Versions of one action as fast as can be, each another; what became of each."""
    for i in range(60):
        schema = {"type": "object", "properties": {"m%d" % seed: {"maxLength": 10 + i}}, "description": "%d-%d" % (seed, i)}
        try:
            status, headers, text = ask(d, "PUT", "/schemas/raced?compatibility=none", schema)
        except (OSError, http.client.HTTPException):
            status, headers, text = 0, {}, b""
        out.append((status, headers.get("ETag"), schema["description"], text[:200]))
        if status in (0, 503):
            time.sleep(0.1)


def history(d, action):
    status, _, text = ask(d, "GET", "/schemas/%s/versions" % action)
    check(status == 200, "versions: %d %r" % (status, text))
    out = []
    for v in json.loads(text)["versions"]:
        status, _, text = ask(d, "GET", "/schemas/%s/versions/%d" % (action, v["version"]))
        out.append((v["version"], json.loads(text).get("description") if status == 200 else None))
    return out


def two_machines_agree():
    topics("one")
    topics("two")
    a, b = machine("shared", "one").start(), machine("shared", "two").start()
    check(ask(a, "PUT", "/schemas/create-foo", A)[0] == 201, "PUT at one machine")
    start = time.monotonic()
    wait_until(lambda: command(b, {"a": 7})[0] == 422, 20, "the other machine to refuse", every=0.005)
    took = time.monotonic() - start
    check(command(b, {"a": "x"})[0] == 202, "the other takes what is right")
    # An ETag of the one is an ETag of the other.
    tag = ask(b, "GET", "/schemas/create-foo")[1]["ETag"]
    check(ask(b, "PUT", "/schemas/create-foo", B, {"If-Match": tag})[0] == 200, "If-Match")
    wait_until(lambda: ask(a, "GET", "/schemas/create-foo")[1]["ETag"] != tag, 20, "the first one to see it")
    check(ask(a, "PUT", "/schemas/create-foo", A, {"If-Match": tag})[0] == 412, "If-Match of a former version")
    results = [], []
    threads = [threading.Thread(target=put_many, args=(d, i, r)) for i, (d, r) in enumerate(((a, results[0]), (b, results[1])))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    tally = collections.Counter(r[0] for rs in results for r in rs)
    check(set(tally) <= {200, 201, 412}, "answers %r" % tally)
    wait_until(lambda: history(a, "raced") == history(b, "raced"), 20, "both to have the same history")
    accepted = {r[2]: r[1] for rs in results for r in rs if r[0] in (200, 201)}
    told = {what: '"%d"' % n for n, what in history(a, "raced")}
    check(told == accepted, "what was answered is not what holds: %r" % (set(told.items()) ^ set(accepted.items())))
    a.stop()
    b.stop()
    return "the other machine refused after %.0f ms; raced: %r" % (took * 1000, dict(tally))


def killed_registrar():
    """What was answered yes holds, whatever dies; nothing holds that was answered 412 or called safe to retry."""
    topics("killed")
    d = machine("killed-schemas", "killed").start()
    out, kills = [], 0
    t = threading.Thread(target=lambda: [put_many(d, i, out) for i in range(4)])
    t.start()
    while t.is_alive() and kills < 2 * KILLS:
        time.sleep(0.7)
        for pid in d.pids("registrar"):
            os.kill(pid, signal.SIGKILL)
            kills += 1
    t.join()
    d.wait_ready()
    tally = collections.Counter(r[0] for r in out)
    check(set(tally) <= {0, 200, 201, 412, 503, 504}, "answers %r" % tally)
    held = {what for _, what in history(d, "raced")}
    for status, _, what, text in out:
        if status in (200, 201):
            check(what in held, "%s was answered %d and does not hold" % (what, status))
        if status == 412 or (status == 503 and b"safe to retry" in text):
            check(what not in held, "%s was answered %d and holds" % (what, status))
    wait_until(lambda: ask(d, "PUT", "/schemas/after", A)[0] in (200, 201), 30, "a PUT afterwards to be taken")
    d.stop()
    return "%d kills, %r" % (kills, dict(tally))


TYPED = {"type": "object", "properties": {
    "id": {"type": "string", "format": "uuid", "x-edn-type": "uuid"},
    "at": {"type": "string", "format": "date-time", "x-edn-type": "inst"},
    "kind": {"enum": ["small", "size/large"], "x-edn-type": "keyword"},
    "tags": {"type": "array", "items": {"type": "string", "x-edn-type": "keyword"}, "x-edn-type": "set"},
    "price": {"type": "number", "multipleOf": 0.01, "x-edn-type": "bigdec"},
    "count": {"type": "integer", "x-edn-type": "bigint"},
    "link": {"type": "string", "format": "uri", "x-edn-type": "uri"},
    "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}}},
    "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string", "x-edn-type": "symbol"}}}}}


def types_for_clojure():
    """A JSON client's plain data, given types by the schema, as data.fressian reads it."""
    topics("typed")
    d = machine("typed-schemas", "typed").start()
    check(ask(d, "PUT", "/schemas/create-foo", TYPED)[0] == 201, "PUT")
    sent = {"id": "ab675ea0-7f6d-11e6-bcdd-540e9df06c05", "at": "2016-09-20T12:34:56.789Z", "kind": "size/large",
            "tags": ["a", "b/c"], "price": 19.99, "count": 7, "link": "https://example.com/a", "lines": [{"sku": "x-1"}]}
    status, headers, text = command(d, sent)
    check(status == 202, "%d %r" % (status, text))
    # The client is answered in its own plain types.
    got = json.loads(text)["data"]
    check({k: v for k, v in got.items() if k not in ("tags", "price")} ==
          {k: v for k, v in sent.items() if k not in ("tags", "price")}, "the answer %r" % got)
    status, _, text = command(d, {"price": 19.999})
    check(status == 422 and b"multipleOf" in text, "%d %r" % (status, text))
    d.stop()
    classpath = subprocess.run([lib.KAFKA, "fetch-reference"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    out = subprocess.run(["java", "-cp", classpath, "clojure.main",
                          os.path.join(lib.TOP, "contrib/kafka/reference/read-topic.clj"), kafka.bootstrap, "c-typed", "1"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    line = [s for s in out.stdout.splitlines() if s.startswith("{")][0]
    for part in (':id #uuid "ab675ea0-7f6d-11e6-bcdd-540e9df06c05"', ':at #inst "2016-09-20T12:34:56.789-00:00"',
                 ":kind :size/large", ":price 19.99M", ":count 7N", ":sku x-1"):
        check(part in line, "%s is not in %s" % (part, line))
    check("#{:a :b/c}" in line or "#{:b/c :a}" in line, "no set of keywords in %s" % line)
    return re.search(r":data (\{.*\}), :key-hex", line).group(1)


def modes():
    topics("modes")
    d = machine("modes-schemas", "modes", mode="strict").start()
    check(ask(d, "PUT", "/schemas/create-foo", A)[0] == 201, "PUT")
    status, _, text = command(d, {}, "creat-foo")
    check(status == 422 and b"unknown-action" in text and b"create-foo" in text, "%d %r" % (status, text))
    batch = json.dumps([{"action": "create-foo", "data": {"a": "x"}}, {"action": "create-foo", "data": {"a": 1}},
                        {"action": "other", "data": {}}])
    status, _, text = d.post(batch)
    told = [r["status"] for r in json.loads(text)["results"]]
    check(status == 207 and told == [202, 422, 422], "%d %r" % (status, told))
    status, _, text = d.post(batch, query="?atomic=true")
    pointers = [e["pointer"] for e in json.loads(text)["errors"]]
    check(status == 422 and pointers == ["/1/data/a", "/2"], "%d %r" % (status, text))
    document = json.loads(ask(d, "GET", "/openapi.json")[2])["components"]["schemas"]
    check(document["CommandIn"]["discriminator"]["mapping"] == {"create-foo": "#/components/schemas/Command.create-foo"},
          "OpenAPI: %r" % document["CommandIn"])
    check(document["Data.create-foo"]["properties"] == A["properties"], "OpenAPI: %r" % document["Data.create-foo"])
    # Not local, not writable.
    d.options["schemas"] = {"mode": '"off"', "writable": '"false"'}
    d.write()
    d.process.send_signal(signal.SIGHUP)
    wait_until(lambda: command(d, {"a": 1})[0] == 202, 30, "mode off")
    wait_until(lambda: ask(d, "PUT", "/schemas/x", A)[0] == 403, 30, "schemas.writable to be false")
    d.stop()


INCOMPATIBLE = [
    ("a required member more", {"required": ["a", "b"]}),
    ("a narrower type", {"properties": {"a": {"type": "integer"}}}),
    ("a shorter text", {"properties": {"a": {"type": "string", "maxLength": 5}}}),
    ("no other members", {"additionalProperties": False}),
]
COMPATIBLE = [
    ("a longer text", {"properties": {"a": {"type": "string", "maxLength": 50}}}),
    ("nothing required", {"required": []}),
    ("a type more", {"properties": {"a": {"type": ["string", "null"], "maxLength": 50}}}),
]


def compatibility():
    topics("compat")
    d = machine("compat-schemas", "compat").start()
    check(ask(d, "PUT", "/schemas/create-foo", A)[0] == 201, "PUT")
    for what, change in INCOMPATIBLE:
        status, _, text = ask(d, "PUT", "/schemas/create-foo", {**A, **change})
        check(status == 409 and b"schema-incompatible" in text, "%s: %d %r" % (what, status, text))
        check(json.loads(text)["errors"], "%s: no errors" % what)
    for what, change in COMPATIBLE:
        status, _, text = ask(d, "PUT", "/schemas/create-foo?dry_run=true", {**A, **change})
        check(status == 200, "%s: %d %r" % (what, status, text))
    check(ask(d, "GET", "/schemas/create-foo")[1]["ETag"] == '"1"', "a dry run changed something")
    check(ask(d, "PUT", "/schemas/create-foo?compatibility=none", {**A, "required": ["z"]})[0] == 200, "none")
    d.stop()


def files():
    topics("files")
    d = machine("files-schemas", "files")
    where = os.path.join(d.dir, "schemas")
    os.mkdir(where)
    write = lambda name, text: open(os.path.join(where, name), "w").write(text)
    write("create-foo.json", json.dumps(A))
    write("ns%2Fname.json", "{}")
    d.options["schemas"] = {"dir": where}
    d.write()
    d.start()
    check(command(d, {"a": 1})[0] == 422, "the file's schema holds")
    status, _, text = ask(d, "PUT", "/schemas/create-foo", B)
    check(status == 403 and b"schemas.dir" in text, "PUT of one that is a file: %d %r" % (status, text))
    check(ask(d, "PUT", "/schemas/other", A)[0] == 201, "PUT of one that is not")
    # A bad file: the reload is refused, what held before holds on.
    write("broken.json", '{"type": "strong"}')
    d.process.send_signal(signal.SIGHUP)
    wait_until(lambda: d.grep("broken.json.*strong"), 30, "the log to name the bad file")
    wait_until(lambda: d.grep("generation 2 is given up"), 30, "the reload to be taken back")
    check(command(d, {"a": 1})[0] == 422 and command(d, {"a": "x"})[0] == 202, "the former generation goes on")
    os.unlink(os.path.join(where, "broken.json"))
    # The topic has other: a file of it is a clash.
    write("other.json", json.dumps(B))
    d.process.send_signal(signal.SIGHUP)
    wait_until(lambda: d.grep("other has a schema both"), 30, "the log to name the clash")
    os.unlink(os.path.join(where, "other.json"))
    write("create-foo.json", json.dumps({"type": "object"}))
    d.process.send_signal(signal.SIGHUP)
    wait_until(lambda: command(d, {"a": 1})[0] == 202, 30, "the changed file to hold")
    d.stop()


def without_kafka():
    """Nothing is known: nothing is taken, and it is said."""
    d = Daemon("127.0.0.1:1", extra={"topics": {"schemas": "s"}, "kafka": {"unreachable_after": "1s"}})
    d.start(ready=False)
    status, _, text = command(d, {"a": "x"})
    check(status == 503 and b"safe to retry" in text, "%d %r" % (status, text))
    ready = json.loads(d.get("/ready")[2])
    check([c for c in ready["checks"] if c["name"] == "schemas"][0]["ok"] is False, "%r" % ready)
    d.stop()


def pss(d):
    total = 0
    for pid in [d.master()] + d.children():
        with open("/proc/%d/smaps_rollup" % pid) as f:
            total += int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M).group(1))
    return total / 1024


def many():
    topics("many")
    d = machine("many-schemas", "many").start()
    before = pss(d)
    schema = lambda i: {"type": "object", "required": ["p0"], "properties": {
        "p%d" % k: {"type": "string", "minLength": 1, "maxLength": 100 + i, "description": "property %d of action %d" % (k, i)} for k in range(20)}}
    failed = []

    def some(numbers):
        for i in numbers:
            if ask(d, "PUT", "/schemas/action-%d" % i, schema(i))[0] != 201:
                failed.append(i)
    threads = [threading.Thread(target=some, args=(range(k, ACTIONS, 8),)) for k in range(8)]
    start = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.monotonic() - start
    check(not failed, "%d were not taken" % len(failed))
    conn = d.connect()
    for i in range(ACTIONS):
        status, _, text = d.post({"action": "action-%d" % i, "data": {"p0": "x" * (101 + i)}}, conn=conn)
        check(status == 422, "action %d: %d %r" % (i, status, text[:200]))
    after = pss(d)
    seen, nxt = 0, ""
    while nxt is not None:
        page = json.loads(ask(d, "GET", "/schemas?limit=1000" + ("&after=" + nxt if nxt else ""))[2])
        seen += len(page["schemas"])
        nxt = page.get("next")
    check(seen == ACTIONS, "%d of %d listed" % (seen, ACTIONS))
    d.stop()
    return "%d actions of 20 properties in %.0f s, all used: %.1f MB of PSS more over all processes" % (ACTIONS, took, after - before)


def by_cmdrctl():
    topics("ctl")
    d = machine("ctl-schemas", "ctl").start()
    path = os.path.join(d.dir, "schema.json")

    def ctl(*args, text=None):
        p = subprocess.run([lib.CMDRCTL, "schema", *args, *([] if args[0] == "check" else ["-f", d.conf])], input=text,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return p.returncode, p.stdout
    with open(path, "w") as f:
        json.dump(TYPED, f)
    check(ctl("put", "ns/create", path, "--dry-run") == (0, "it would be taken\n"), "put --dry-run")
    check(ctl("put", "ns/create", path)[0] == 0, "put")
    check(ctl("list")[1].split()[:2] == ["ns/create", "1"], "list: %r" % (ctl("list"),))
    check(json.loads(ctl("get", "ns/create")[1]) == TYPED, "get")
    rc, text = ctl("check", path, text=json.dumps({"action": "ns/create", "data": {"kind": "size/large", "price": 1.5}}))
    check(rc == 0 and ":size/large" in text and "1.5M" in text, "check: %d %r" % (rc, text))
    rc, text = ctl("check", path, text=json.dumps({"action": "ns/create", "data": {"price": "x"}}))
    check(rc == 1 and "/data/price" in text, "check of what is wrong: %d %r" % (rc, text))
    check(ctl("delete", "ns/create", "--match", "7")[0] == 1, "delete --match of another version")
    check(ctl("delete", "ns/create", "--match", "1")[0] == 0 and ctl("list")[1] == "", "delete")
    d.stop()


TESTS = [
    ("cmdrctl schema", by_cmdrctl),
    ("the topic is made, and read again", topic_is_made),
    ("two machines agree", two_machines_agree),
    ("kill -9 of the registrar", killed_registrar),
    ("types for Clojure", types_for_clojure),
    ("modes, batches, OpenAPI", modes),
    ("compatibility", compatibility),
    ("files, and files with the topic", files),
    ("without Kafka", without_kafka),
    ("many actions", many),
]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_KAFKA_PORT", "19620"))).start()
    try:
        status_code = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status_code)
