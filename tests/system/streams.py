#!/usr/bin/python3
"""Live streams on a real Kafka, as their adversary: clients that are cut anywhere while processes are killed must see each
record exactly once and in order. See sse.py and lib.py.

CMDR_CUTS, CMDR_EVENTS, CMDR_COMMANDS and CMDR_IDLE say how often, how many and how many; the defaults are small. In full:
CMDR_CUTS=1000 CMDR_EVENTS=50000 CMDR_COMMANDS=50000 CMDR_IDLE=10000."""
import json
import os
import resource
import selectors
import signal
import socket
import threading
import time
import uuid

import lib
from lib import Daemon, Failed, Kafka, check, wait_until
from sse import Ended, Follower, Reader, Source, Stream, Trouble, place

CUTS = int(os.environ.get("CMDR_CUTS", "30"))
EVENTS = int(os.environ.get("CMDR_EVENTS", "3000"))
COMMANDS = int(os.environ.get("CMDR_COMMANDS", "500"))
IDLE = int(os.environ.get("CMDR_IDLE", "1000"))
SEED = int(os.environ.get("CMDR_SEED", str(int(time.time()))))

IDLE_MB = 100     # of RSS for all processes, with 10,000 of them
kafka = None
serial = 0
started = []


def topics(partitions=4, *config):
    global serial
    serial += 1
    c, e = "scommands%d" % serial, "sevents%d" % serial
    kafka.create(c, partitions, *config)
    kafka.create(e, partitions, *config)
    return c, e


def daemon(partitions=4, workers=2, names=None, **sections):
    """With an index of its own; sections as in lib.Daemon's extra."""
    c, e = names or topics(partitions)
    d = Daemon(kafka.bootstrap, c, e, workers=workers, extra=sections)
    d.options.setdefault("index", {}).setdefault("directory", os.path.join(d.dir, "index"))
    d.write()
    d.events = e
    started.append(d)
    return d.start()


def leaving_none(test):
    """A test that fails leaves daemons behind."""
    def run():
        try:
            return test()
        finally:
            while started:
                started.pop().stop()
    return run


def in_background(function, *args):
    """A thread whose failure is told when it is joined."""
    failures = []

    def run():
        try:
            function(*args)
        except Exception as e:  # told below
            failures.append(e)
    t = threading.Thread(target=run)
    t.start()

    def join():
        t.join()
        if failures:
            raise failures[0]
    return join


def follow_through_trouble(d, path, write, total, expected):
    """
    Follow path, being cut, while write() runs and processes die; then up to what expected() says is there. Returns what
    happened, and the follower.
    """
    f = Follower(d.port, path, SEED)
    with f.connect() as s:
        f.begin(s)
    join = in_background(write)
    with Trouble(d, seed=SEED + 1) as trouble:
        for _ in range(CUTS):
            f.life(max(1, total // CUTS))
    join()
    d.wait_ready()
    places = expected()
    f.settle(len(places))
    return "seed %d, %d cuts, %r: %s" % (SEED, CUTS, dict(trouble.tally), f.judge(places)), f


def events_are_seen_once():
    d = daemon(sse={"recent": "64KiB"}, shutdown={"grace": "2s"})
    source = Source(kafka.bootstrap, d.events, seed=SEED)
    note, f = follow_through_trouble(d, "/events/updates", lambda: source.pour(EVENTS, CUTS / 4), EVENTS,
                                     lambda: set(source.written))
    wrong = [w for w, n in source.written.items() if f.seen[w]["data"]["n"] != n]
    check(not wrong, "%d records are not what was written" % len(wrong))
    check(not d.grep("AddressSanitizer"), "a sanitizer complained")
    d.stop()
    return note


def any_machine_will_do():
    """Two cmdrd on one cluster: a token of one is taken by the other, which may be behind."""
    names = topics()
    one = daemon(names=names, sse={"recent": "64KiB"}, shutdown={"grace": "2s"})
    two = daemon(names=names, sse={"recent": "1MiB"}, shutdown={"grace": "2s"}, workers=1)
    source = Source(kafka.bootstrap, one.events, seed=SEED)
    f = Follower([one.port, two.port], "/events/updates", SEED)
    with f.connect() as s:
        f.begin(s)
    join = in_background(source.pour, EVENTS, CUTS / 4)
    with Trouble(one, pauses=0.5, seed=SEED + 2) as a, Trouble(two, pauses=0.5, seed=SEED + 3) as b:
        for _ in range(CUTS):
            f.life(max(1, EVENTS // CUTS))
    join()
    f.settle(len(source.written))
    note = "seed %d, %r, %r: %s" % (SEED, dict(a.tally), dict(b.tally), f.judge(set(source.written)))
    one.stop()
    two.stop()
    return note


def commands_are_seen_once():
    d = daemon(sse={"recent": "64KiB"}, shutdown={"grace": "2s"})

    def post(mine):
        conn = d.connect()
        began = time.monotonic()
        for n in range(mine):
            try:
                d.post({"action": "create-foo", "data": {"n": n}}, conn=conn)
            except (OSError, lib.http.client.HTTPException):
                conn.close()
                conn = d.connect()
            time.sleep(max(0, began + CUTS / 4 * n / mine - time.monotonic()))
        conn.close()

    def post_all():
        for join in [in_background(post, COMMANDS // 4) for _ in range(4)]:
            join()
    note, _ = follow_through_trouble(
        d, "/commands/updates", post_all, COMMANDS,
        lambda: {(p, o) for p, o, _, _ in kafka.read(d.options["topics"]["commands"])})
    d.stop()
    return note


def one_after_another():
    """The blocks that come first, heartbeats, and going on from a token, within one partition and over four."""
    d = daemon(sse={"heartbeat": "1s"})
    source = Source(kafka.bootstrap, d.events)
    for n in range(10):
        source.put(n)
    source.flush()
    # What was just written may be told still.
    time.sleep(1)
    with Reader(d.port) as r:
        h = r.stream.headers
        check(h["content-type"].split(";")[0] == "text/event-stream", "Content-Type: %r" % h)
        check(h["cache-control"] == "no-cache", "Cache-Control: %r" % h)
        check(h["x-accel-buffering"] == "no", "X-Accel-Buffering: %r" % h)
        check(h.get("connection") == "close" and h.get("transfer-encoding") == "chunked", "framing: %r" % h)
        first, second = r.next(), r.next()
        if first.id is None:
            check(first.retry == "2000", "the first block: %r" % (first,))
        check(second.id and second.data is None, "the second block: %r" % (second,))
        r.quiet(1)
        for n in range(10, 30):
            source.put(n)
        source.flush()
        seen = r.records(20)
        check(sorted(x["data"]["n"] for x in seen) == list(range(10, 30)), "what came: %r" % seen)
        for x in seen:
            check(set(x) >= {"id", "parent", "action", "data", "timestamp", "topic", "partition", "offset"}
                  and x["topic"] == d.events and x["action"] == "thing-done", "a record: %r" % x)
        beat = r.next(5)
        check(beat and beat.data is None and beat.id == r.token, "a heartbeat: %r" % (beat,))
        token = r.token
    for n in range(30, 40):
        source.put(n)
    source.flush()
    for kw in ({"query": False}, {"query": True}):
        with Reader(d.port, token=token, **kw) as r:
            got = sorted(x["data"]["n"] for x in r.records(10))
            check(got == list(range(30, 40)), "with its token: %r" % got)
            r.quiet(0.5)
    with Reader(d.port, "/events/updates?last_event_id=" + second.id, token=r.token) as both:
        both.quiet(1)
    with Reader(d.port, "/events/events/updates", token=second.id) as alias:
        alias.records(30)
    d.stop()


def tokens_that_are_not_good():
    d = daemon()
    events = "/events/updates"
    with Reader(d.port) as r, Reader(d.port, "/commands/updates") as other:
        good, others = r.first_token(), other.first_token()

    def expect(status, slugs, token, port=None, path=events, ways=(False, True)):
        for query in ways:
            with Stream(port or d.port, path, token, query).head() as s:
                said = json.loads(s.body() or b"{}") if s.status != 200 else {}
                check(s.status == status and said.get("type", "").rsplit(":")[-1] in slugs.split(),
                      "token %r: %d %r instead of %d %s" % (token[:100], s.status, said, status, slugs))
    for bad in ("x", "!", "0", "-1", "null", good[:-1], good[1:], good + "x", good + good, "%00", "\u00e9",
                "1" * 2000, "A" * 1000, good.upper() if good != good.upper() else good.lower(), good.replace(good[0], "~", 1)):
        try:
            expect(400, "malformed bad-request", bad)
        except Failed as e:
            # One that is a token by accident may be called gone, but never taken.
            if "410" not in str(e):
                raise
    with Stream(d.port, events + "?last_event_id=" + good + "&last_event_id=" + good).head() as s:
        check(s.status == 400, "two tokens: %d" % s.status)
    expect(410, "gone", others)
    expect(410, "gone", good, path="/commands/updates")
    embedded = Daemon("embedded", "commands", d.events)
    embedded.options.setdefault("index", {})["directory"] = os.path.join(embedded.dir, "index")
    embedded.write()
    embedded.start()
    expect(410, "gone", good, port=embedded.port)
    embedded.stop()
    # Beyond the end: the topic is another one of the same name.
    source = Source(kafka.bootstrap, d.events)
    with Reader(d.port) as r:
        for n in range(20):
            source.put(n)
        source.flush()
        r.records(20)
        ahead = r.token
    d.stop()
    kafka.run("delete", d.events)
    kafka.create(d.events, 4)
    d2 = daemon(names=(d.options["topics"]["commands"], d.events))
    expect(410, "gone", ahead, port=d2.port, ways=[True])
    d2.stop()
    off = daemon(index={"enabled": "false"})
    with Reader(off.port) as r:
        token = r.first_token()
    expect(410, "gone", token, port=off.port)
    off.stop()


def older_than_what_is_kept():
    d = daemon(index={"retention_age": "2s"}, sse={"recent": "64KiB"})
    source = Source(kafka.bootstrap, d.events)
    with Reader(d.port) as r:
        token = r.first_token()
        for n in range(400):
            source.put(n, size=1000)
        source.flush()
        r.records(400)
        newest = r.token

    def gone():
        with Stream(d.port, token=token).head() as s:
            return s.status == 410
    wait_until(gone, 90, "the old token to be gone", 1)
    with Reader(d.port, token=newest) as r:
        source.put(400)
        source.flush()
        check(r.records(1)[0]["data"]["n"] == 400, "the newest token goes on")
    d.stop()


def other_answers():
    d = daemon(partitions=1)
    source = Source(kafka.bootstrap, d.events, 1)
    for path in ("/events/updates", "/commands/updates"):
        for accept, want in (("application/json", 406), ("text/html, application/*", 406), ("text/event-stream;q=0", 406),
                             ("text/*", 200), ("*/*", 200), ("application/json, text/event-stream;q=0.1", 200)):
            with Stream(d.port, path, headers=["Accept: " + accept]).head() as s:
                check(s.status == want, "Accept %s: %d" % (accept, s.status))
        with Stream(d.port, path, method="HEAD").head() as s:
            check(s.status == 200 and s.headers["content-type"].startswith("text/event-stream"), "HEAD: %r" % s.headers)
            check(not s.receive(1) and not s.text, "HEAD has a body: %r" % s.text)
        for method in ("POST", "PUT", "DELETE"):
            with Stream(d.port, path, method=method).head() as s:
                check(s.status == 405 and "GET" in s.headers.get("allow", ""), "%s: %d %r" % (method, s.status, s.headers))
        for query in ("?parent=x", "?parent=", "?parent=" + "0" * 36, "?action=a&action=b", "?action=%zz"):
            with Stream(d.port, path + query).head() as s:
                if not (path == "/commands/updates" and "parent" in query):
                    check(s.status == 400, "%s: %d" % (query, s.status))
    with Reader(d.port, version="1.0") as r:
        check("transfer-encoding" not in r.stream.headers, "HTTP/1.0 got chunks: %r" % r.stream.headers)
        r.first_token()
        source.put(1)
        source.flush()
        check(r.record()["data"]["n"] == 1, "HTTP/1.0")
    with Reader(d.port) as r:
        r.first_token()
        r.stream.sock.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        source.put(2)
        source.flush()
        check(r.record()["data"]["n"] == 2, "behind another request")
        r.quiet(0.5)
    d.stop()


def filters_let_the_token_advance():
    d = daemon(sse={"heartbeat": "1s"})
    source = Source(kafka.bootstrap, d.events)
    parent = uuid.uuid4()
    with Reader(d.port, "/events/updates?action=wanted") as one, \
            Reader(d.port, "/events/updates?parent=%s" % parent) as two, \
            Reader(d.port, "/events/updates?action=wanted&parent=%s" % str(parent).upper()) as three, \
            Reader(d.port, "/events/updates?action=never") as four:
        tokens = [r.first_token() for r in (one, two, three, four)]
        for n in range(200):
            source.put(n, action="wanted" if n % 2 else "other", parent=parent if n % 3 == 0 else None)
        source.flush()
        wants = [[n for n in range(200) if n % 2], list(range(0, 200, 3)), [n for n in range(200) if n % 6 == 3], []]
        for r, want in zip((one, two, three, four), wants):
            got = sorted(x["data"]["n"] for x in r.records(len(want)))
            check(got == want, "%d instead of %d" % (len(got), len(want)))
        after = []
        for r, token in zip((one, two, three, four), tokens):
            wait_until(lambda: r.token != token or r.quiet(0.2), 10, "the token to advance")
            r.quiet(1.2)
            check(r.token != token, "the token stays where it was")
            after.append(r.token)
    # The tokens stand behind all 200, so nothing is left for a stream without a filter.
    for token in after:
        with Reader(d.port, token=token) as r:
            r.quiet(1)
    # From the index, filtered.
    for token, want in zip(tokens, wants[:3]):
        with Reader(d.port, "/events/updates?action=wanted", token=token) as r:
            got = sorted(x["data"]["n"] for x in r.records(100))
            check(got == wants[0], "from the index: %d" % len(got))
    # Commands: by action.
    with Reader(d.port, "/commands/updates?action=b") as r:
        r.first_token()
        for action in "abcb":
            check(d.post({"action": action, "data": {}})[0] == 202, "POST")
        check([x["action"] for x in r.records(2)] == ["b", "b"], "commands by action")
        r.quiet(1)
    d.stop()


def slow_readers_are_cut_and_go_on():
    d = daemon(sse={"buffer": "64KiB", "recent": "256KiB"})
    source = Source(kafka.bootstrap, d.events)
    readers = [Stream(d.port, rcvbuf=4096).head() for _ in range(4)]
    followers = [Follower(d.port, "/events/updates", SEED + i) for i in range(4)]
    for s, f in zip(readers, followers):
        f.begin(s)
    fast = Reader(d.port)
    fast.first_token()
    total = 3000
    join = in_background(lambda: [fast.records(total)])
    for n in range(total):
        source.put(n, size=3000)
        if n % 100 == 0:
            time.sleep(0.1)
    source.flush()
    join()
    cut = 0
    for s, f in zip(readers, followers):
        try:
            while s.receive(2):
                f.absorb(s)
        except Ended as e:
            check(not e.whole, "a cut stream was ended in order")
            cut += 1
        f.absorb(s)
        s.close()
    check(cut == len(readers), "%d of %d slow readers were cut" % (cut, len(readers)))
    early = [len(f.seen) for f in followers]
    for f in followers:
        f.settle(total)
        f.judge(set(source.written))
    d.stop()
    return "%d cut after %d to %d records" % (cut, min(early), max(early))


def streams_outlive_the_tailer():
    d = daemon(sse={"heartbeat": "1s"}, workers=1)
    source = Source(kafka.bootstrap, d.events)
    with Reader(d.port) as r:
        r.first_token()
        for role in ("tailer", "indexer", "producer"):
            for n in range(3):
                os.kill(wait_until(lambda: d.pids(role), 30, "a " + role)[0], signal.SIGKILL)
                source.put(n)
                source.flush()
                check(r.record()["data"]["n"] == n, "after the %s was killed" % role)
        kafka.run("stop-broker", 1)
        time.sleep(2)
        check(r.next(5) is not None, "no heartbeat without a broker")
        kafka.run("start-broker", 1)
        source.put(9)
        source.flush()
        check(r.record(60)["data"]["n"] == 9, "after the broker came back")
        with Reader(d.port, token=r.token) as again:
            again.quiet(1)
    d.stop()


def partitions_are_added():
    d = daemon(partitions=1)
    source = Source(kafka.bootstrap, d.events, 1)
    with Reader(d.port) as r:
        token = r.first_token()
        for n in range(10):
            source.put(n)
        source.flush()
        r.records(10)
        kafka.run("partitions", d.events, 4)
        late = Source(kafka.bootstrap, d.events, 4)
        for n in range(10, 50):
            late.put(n, partition=n % 4)
        late.flush()
        r.records(40, 120)
        r.quiet(1)
        now = r.token
    with Reader(d.port, token=token) as r:
        check(sorted(x["data"]["n"] for x in r.records(50)) == list(range(50)), "from the index")
        r.quiet(0.5)
    with Reader(d.port, token=now) as r:
        r.quiet(1)
    d.stop()


def transactions():
    """Markers and records that were never committed take offsets, and are no records."""
    from confluent_kafka import Producer
    from sse import event
    d = daemon(sse={"heartbeat": "1s"})
    out = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": "sse", "linger.ms": 0})
    out.init_transactions(30)
    f = Follower(d.port, "/events/updates", SEED)
    with Reader(d.port) as r:
        f.token = r.first_token()
        wanted = []
        for n in range(24):
            out.begin_transaction()
            for _ in range(3):
                key, value = event(n)
                out.produce(d.events, key=key, value=value, partition=n % 4)
            out.flush(30)
            if n % 3:
                out.commit_transaction(30)
                wanted += [n] * 3
            else:
                out.abort_transaction(30)
        got = [x["data"]["n"] for x in r.records(len(wanted))]
        check(sorted(got) == wanted, "live: %d" % len(got))
        r.quiet(3)
        end = r.token
    for _ in range(8):
        f.life(5)
    f.settle(len(wanted))
    check(sorted(x["data"]["n"] for x in f.seen.values()) == wanted and not f.double and not f.disorder, "resumed")
    with Reader(d.port, token=end) as r:
        r.quiet(1)
    d.stop()


def reload_ends_streams_in_order():
    d = daemon(shutdown={"grace": "1s"})
    source = Source(kafka.bootstrap, d.events)
    with Reader(d.port) as r:
        r.first_token()
        os.kill(d.master(), signal.SIGHUP)
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                r.next(1)
            raise Failed("the stream was not ended")
        except Ended as e:
            check(e.whole, "the stream was cut in the middle")
        token = r.token
    source.put(1)
    source.flush()
    with Reader(d.port, token=token) as r:
        check(r.records(1)[0]["data"]["n"] == 1, "after the reload")
        os.kill(d.master(), signal.SIGTERM)
        try:
            while r.next(30):
                pass
        except Ended as e:
            check(e.whole, "SIGTERM cut the stream in the middle")
    check(d.process.wait(60) == 0, "cmdrd's end")


def memory(d):
    """(RSS, PSS) in kB of every process of cmdrd."""
    rss = pss = 0
    for pid in [d.master(), *d.children()]:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            fields = {line.split(":")[0]: line.split()[1] for line in f if line.count(":") == 1 and "kB" in line}
        rss += int(fields["Rss"])
        pss += int(fields["Pss"])
    return rss, pss


def open_many(d, n):
    """n streams that have their token; {socket: bytes of what came}."""
    request = b"GET /events/updates HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
    sel, came = selectors.DefaultSelector(), {}
    while len(came) < n:
        batch = []
        for _ in range(min(100, n - len(came))):
            s = socket.create_connection(("127.0.0.1", d.port))
            s.sendall(request)
            came[s] = b""
            batch.append(s)
        for s in batch:
            while b"\nid: " not in came[s] or not came[s].endswith(b"\n\n\r\n"):
                part = s.recv(4096)
                check(part, "a stream ended: %r" % came[s])
                came[s] += part
            check(came[s].startswith(b"HTTP/1.1 200 "), "%r" % came[s])
            came[s] = b""
            s.setblocking(False)
            sel.register(s, selectors.EVENT_READ)
    return sel, came


def idle_streams_are_small():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    n = min(IDLE, hard - 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    d = daemon(http={"max_connections": 20000})
    d.options["http"]["listen"] = '["127.0.0.1:%d"]' % d.port
    source = Source(kafka.bootstrap, d.events)
    with Reader(d.port) as r:
        r.first_token()
        source.put(0)
        source.flush()
        r.records(1)
    before = memory(d)
    sel, came = open_many(d, n)
    time.sleep(2)
    after = memory(d)
    began = time.monotonic()
    source.put(1)
    source.flush()
    left, end = n, time.monotonic() + 60
    while left and time.monotonic() < end:
        for key, _ in sel.select(1):
            part = key.fileobj.recv(65536)
            check(part, "a stream ended")
            told = b"\ndata: " in came[key.fileobj]
            came[key.fileobj] += part
            left -= not told and b"\ndata: " in came[key.fileobj]
    took = time.monotonic() - began
    check(not left, "%d of %d streams did not get the event" % (left, n))
    for s in came:
        check(came[s].count(b"\ndata: ") == 1, "more than one record: %r" % came[s])
        s.close()
    told = memory(d)
    wait_until(lambda: d.get("/health")[0] == 200, 10, "/health")
    each = (after[0] - before[0]) * 1024 / n
    check(each < 6000, "%d bytes a stream" % each)
    check(n < 10000 or after[0] <= IDLE_MB * 1024, "RSS of %d MB" % (after[0] // 1024))
    d.stop()
    return "%d streams: RSS %.1f -> %.1f MB (PSS %.1f -> %.1f), %d bytes each; told all in %.2f s, then RSS %.1f MB" % (
        n, before[0] / 1024, after[0] / 1024, before[1] / 1024, after[1] / 1024, each, took, told[0] / 1024)


TESTS = [
    ("first blocks, heartbeats, tokens", one_after_another),
    ("tokens that are not good", tokens_that_are_not_good),
    ("a token older than what is kept", older_than_what_is_kept),
    ("406, HEAD, HTTP/1.0, 405, 400", other_answers),
    ("filters", filters_let_the_token_advance),
    ("slow readers", slow_readers_are_cut_and_go_on),
    ("streams outlive the tailer", streams_outlive_the_tailer),
    ("partitions added", partitions_are_added),
    ("transactions", transactions),
    ("reload and stop", reload_ends_streams_in_order),
    ("events seen once through kills and cuts", events_are_seen_once),
    ("commands seen once through kills and cuts", commands_are_seen_once),
    ("any of two machines", any_machine_will_do),
    ("idle streams", idle_streams_are_small),
]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_STREAMS_PORT", "19700"))).start()
    try:
        status = lib.run([(name, leaving_none(test)) for name, test in TESTS], os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status)
