"""Live streams as clients see them: a strict reader of Server-Sent Events on a raw socket, which can be cut anywhere, one
that loses its connection again and again, what makes events, and what makes trouble. For the system tests; see lib.py.
"""
import collections
import json
import os
import random
import signal
import socket
import sys
import threading
import time
import urllib.parse
import uuid

import lib
from lib import Failed, check

sys.path.insert(0, os.path.join(lib.TOP, "contrib/examples/python"))
import fressian_lite  # noqa: E402
from fressian_lite import Keyword  # noqa: E402

Block = collections.namedtuple("Block", "id event data retry")


class Ended(Exception):
    """The server ended the stream; whole says whether it was ended in order."""

    def __init__(self, whole):
        super().__init__("the stream ended %s" % ("in order" if whole else "in the middle"))
        self.whole = whole


def parse_block(lines):
    """The lines of one block, strictly: cmdr writes no other fields, each once, and data in one line of JSON."""
    fields = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        check(colon and name in Block._fields and name not in fields, "a line that is none of ours: %r" % line)
        fields[name] = value
    b = Block(*(fields.get(name) for name in Block._fields))
    check(b.retry is None or b.retry.isdigit(), "retry: %r" % b.retry)
    check(b.data is None or (b.id and b.event in ("command", "event")), "a record without id and event: %r" % (b,))
    check(b.data is not None or b.event is None, "an event without data: %r" % (b,))
    check(b.id is None or ("\0" not in b.id and b.id), "an empty id")
    return b


class Stream:
    """One connection."""

    def __init__(self, port, path="/events/updates", token=None, query=False, headers=(), method="GET", version="1.1",
                 timeout=30, rcvbuf=None, host="127.0.0.1"):
        self.raw, self.text = b"", b""     # as it came; without its framing
        self.chunked = self.whole = False
        self.sock = socket.socket()
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.sock.settimeout(timeout)
        self.sock.connect((host, port))
        lines = [*headers]
        if token is not None and query:
            path += ("&" if "?" in path else "?") + "last_event_id=" + urllib.parse.quote(token, safe="")
        elif token is not None:
            lines.append("Last-Event-ID: " + token)
        if not any(h.lower().startswith("accept:") for h in lines):
            lines.append("Accept: text/event-stream")
        self.sock.sendall("".join("%s\r\n" % s for s in (
            "%s %s HTTP/%s" % (method, path, version), "Host: x", *lines, "")).encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def head(self):
        """Read the head; returns self."""
        while b"\r\n\r\n" not in self.raw:
            part = self.sock.recv(65536)
            if not part:
                raise Ended(False)
            self.raw += part
        head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {}
        for line in lines:
            name, value = line.split(": ", 1)
            check(name.lower() not in self.headers, "two %s lines" % name)
            self.headers[name.lower()] = value
        self.chunked = self.headers.get("transfer-encoding") == "chunked"
        self.deframe()
        return self

    def body(self):
        """Of an answer with an end."""
        n = int(self.headers.get("content-length", "0"))
        while len(self.text) < n:
            part = self.sock.recv(65536)
            if not part:
                raise Ended(False)
            self.text += part
        return self.text[:n]

    def deframe(self):
        if not self.chunked:
            self.text += self.raw
            self.raw = b""
        while self.chunked and b"\r\n" in self.raw:
            size, rest = self.raw.split(b"\r\n", 1)
            n = int(size, 16)
            if len(rest) < n + 2:
                return
            check(rest[n:n + 2] == b"\r\n", "a chunk that is longer than it says")
            check(not self.whole, "bytes behind the last chunk")
            self.whole = n == 0
            self.text += rest[:n]
            self.raw = rest[n + 2:]

    def receive(self, timeout=None, piece=65536):
        """Once. False: nothing came in time; Ended: no more will."""
        # A proxy keeps the connection.
        if self.whole:
            raise Ended(True)
        if timeout is not None:
            self.sock.settimeout(max(timeout, 0.001))
        try:
            part = self.sock.recv(piece)
        except (socket.timeout, BlockingIOError):
            return False
        except ConnectionError:
            raise Ended(False) from None
        if not part:
            raise Ended(self.whole)
        self.raw += part
        self.deframe()
        return True

    def blocks(self):
        """Those that are whole."""
        *whole, self.text = self.text.split(b"\n\n")
        return [parse_block(b.decode().split("\n")) for b in whole]


class Reader:
    """A stream and what it said: blocks are taken one at a time."""

    def __init__(self, *args, **kw):
        self.stream = Stream(*args, **kw).head()
        if self.stream.status != 200:
            raise Failed("a stream was answered %d: %r" % (self.stream.status, self.stream.body()[:300]))
        self.waiting = collections.deque()
        self.token = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()

    def next(self, seconds=30):
        """The next block, whatever it is; None when none comes in time."""
        end = time.monotonic() + seconds
        while not self.waiting:
            self.waiting.extend(self.stream.blocks())
            left = end - time.monotonic()
            if not self.waiting and (left <= 0 or not self.stream.receive(left)):
                return None
        b = self.waiting.popleft()
        self.token = b.id or self.token
        return b

    def record(self, seconds=30):
        """The next record; None when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            b = self.next(max(0, end - time.monotonic()))
            if b is None or b.data is not None:
                return b and json.loads(b.data)

    def records(self, n, seconds=60):
        out = []
        while len(out) < n:
            r = self.record(seconds)
            check(r is not None, "%d records of %d came" % (len(out), n))
            out.append(r)
        return out

    def quiet(self, seconds=1):
        """Nothing but heartbeats comes for so long."""
        r = self.record(seconds)
        check(r is None, "a record that should not come: %r" % (r,))

    def first_token(self):
        """Of the id-only block that every stream begins with."""
        while self.token is None:
            check(self.next() is not None, "no token came")
        return self.token


def place(record):
    return record["partition"], record["offset"]


class Follower:
    """An EventSource that loses its connection again and again, in every way that a client can."""

    def __init__(self, ports, path, seed=None):
        self.ports, self.path = ports if isinstance(ports, list) else [ports], path
        self.rnd = random.Random(seed)
        self.token = None
        self.seen = {}                       # (partition, offset): the record
        self.next = {}                       # partition: the offset behind the last one seen
        self.double = self.disorder = 0
        self.longest = 0.0                   # wait for a stream to open
        self.tally = collections.Counter()   # how connections ended

    def connect(self, patience=60):
        """A stream that is open. What is said instead while workers come and go is counted, and asked again."""
        began = time.monotonic()
        while time.monotonic() < began + patience:
            s = None
            try:
                s = Stream(self.rnd.choice(self.ports), self.path, self.token, query=self.rnd.random() < 0.2)
                if s.head().status == 200:
                    self.longest = max(self.longest, time.monotonic() - began)
                    return s
                said = s.body()[:300]
                check(s.status in (502, 503), "%d for a token that was given: %r" % (s.status, said))
                self.tally["answered %d: %s" % (s.status, said.decode()[-120:])] += 1
            except (OSError, Ended):
                self.tally["not answered"] += 1
            if s:
                s.close()
            time.sleep(0.1)
        raise Failed("no stream could be opened for %d s: %r" % (patience, dict(self.tally)))

    def absorb(self, stream):
        n = 0
        for b in stream.blocks():
            self.token = b.id or self.token
            if b.data is None:
                continue
            n += 1
            r = json.loads(b.data)
            where = place(r)
            self.double += where in self.seen
            self.disorder += where not in self.seen and where[1] < self.next.get(where[0], 0)
            self.seen[where] = r
            self.next[where[0]] = max(self.next.get(where[0], 0), where[1] + 1)
        return n

    def begin(self, stream):
        """Until it is known where it stands."""
        self.absorb(stream)
        while self.token is None:
            stream.receive()
            self.absorb(stream)

    def life(self, mean, quiet=0.3):
        """One connection, from its request to its cut: after about mean records, or when none come."""
        how = self.rnd.choices(["unread", "at once", "between", "within", "absent"], [5, 8, 45, 36, 6])[0]
        if how == "unread":
            try:
                Stream(self.rnd.choice(self.ports), self.path, self.token).close()
                self.tally["cut " + how] += 1
            except OSError:
                self.tally["not answered"] += 1
            return
        with self.connect() as s:
            wanted = 0 if how == "at once" else self.rnd.randint(1, 2 * mean)
            try:
                while wanted > 0:
                    wanted -= self.absorb(s)
                    if wanted > 0 and not s.receive(quiet):
                        break
                if how == "within":
                    for _ in range(self.rnd.randint(1, 30)):
                        s.receive(quiet, self.rnd.randint(1, 60))
                self.absorb(s)
                self.tally["cut " + how] += 1
            except Ended as e:
                self.absorb(s)
                self.tally["ended by the server" if e.whole else "broken by the server"] += 1
        if how == "absent":
            time.sleep(self.rnd.uniform(0.5, 1.5))

    def settle(self, expected, patience=60):
        """Without cuts, until as many records are there as are expected, or nothing comes for long."""
        last = time.monotonic()
        while len(self.seen) < expected and time.monotonic() < last + patience:
            with self.connect() as s:
                try:
                    while len(self.seen) < expected and time.monotonic() < last + patience:
                        if self.absorb(s):
                            last = time.monotonic()
                        elif not s.receive(1):
                            continue
                except Ended:
                    pass
                self.absorb(s)
        # What would come twice comes now.
        with self.connect() as s:
            end = time.monotonic() + 1
            try:
                while time.monotonic() < end:
                    s.receive(0.5)
                    self.absorb(s)
            except Ended:
                pass

    def judge(self, expected):
        """expected: places. Returns a sentence."""
        missing, strange = expected - set(self.seen), set(self.seen) - expected
        what = "%d of %d seen, %d missing, %d twice, %d out of order, %d of no one; %r, longest wait for an answer %.1f s" % (
            len(self.seen), len(expected), len(missing), self.double, self.disorder, len(strange), dict(self.tally), self.longest)
        check(not missing and not strange and not self.double and not self.disorder,
              "%s; missing %r" % (what, sorted(missing)[:10]))
        return what


def event(n, action="thing-done", parent=None, size=0):
    """An event as a processor writes it: key and value."""
    id_ = uuid.uuid4()
    return fressian_lite.write(id_), fressian_lite.write({
        Keyword("id"): id_, Keyword("parent"): parent or uuid.uuid4(), Keyword("action"): Keyword(action),
        Keyword("data"): {Keyword("n"): n, Keyword("fill"): "x" * size}})


class Source:
    """What writes events."""

    def __init__(self, bootstrap, topic, partitions=4, seed=None):
        from confluent_kafka import Producer
        self.out = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "enable.idempotence": True,
                             "queue.buffering.max.messages": 1000000})
        self.topic, self.partitions = topic, partitions
        self.rnd = random.Random(seed)
        self.written = {}      # (partition, offset): n
        self.failed = 0

    def delivered(self, n):
        def note(err, m):
            if err:
                self.failed += 1
            elif n is not None:
                self.written[m.partition(), m.offset()] = n
        return note

    def put(self, n, partition=None, **kw):
        key, value = event(n, **kw)
        p = self.rnd.randrange(self.partitions) if partition is None else partition
        self.out.produce(self.topic, key=key, value=value, partition=p, on_delivery=self.delivered(n))
        self.out.poll(0)

    def garbage(self):
        self.out.produce(self.topic, key=b"k", value=self.rnd.choice([None, b"", b"\xff" * 9, b"garbage"]),
                         partition=self.rnd.randrange(self.partitions), on_delivery=self.delivered(None))

    def flush(self):
        check(self.out.flush(60) == 0 and not self.failed, "events could not be written")

    def pour(self, total, seconds):
        """Uneven, in bursts, with garbage among it, spread over about so many seconds."""
        n, began = 0, time.monotonic()
        while n < total:
            for _ in range(min(total - n, self.rnd.choice([1, 1, 2, 5, 20, 100, 500, 2000]))):
                self.put(n, size=self.rnd.choice([0, 0, 10, 100, 1000, 5000]))
                n += 1
                if self.rnd.random() < 0.01:
                    self.garbage()
            self.out.poll(0)
            ahead = began + seconds * n / total - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        self.flush()


class Trouble:
    """
    While the block runs: kill -9 of one process or another, and reloads, first one of each, then at random; with pauses,
    processes are stopped for some seconds too, so that what others send them waits.
    """

    def __init__(self, daemon, roles=("worker", "tailer", "indexer"), every=(0.3, 2.5), reloads=0.1, pauses=0.0, seed=None):
        self.daemon, self.roles, self.every, self.reloads = daemon, roles, every, reloads
        self.first = [roles[0], "reload", *roles[1:]]
        self.pauses = pauses
        self.rnd = random.Random(seed)
        self.tally = collections.Counter()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def one(self):
        role = self.rnd.choice(self.roles) if self.rnd.random() > self.reloads else "reload"
        if self.first:
            role = self.first.pop(0)
        if role == "reload":
            os.kill(self.daemon.master(), signal.SIGHUP)
            self.tally[role] += 1
            return
        victims = self.daemon.pids(role)
        if not victims:
            return
        pause = self.rnd.random() < self.pauses
        victim = self.rnd.choice(victims)
        try:
            os.kill(victim, signal.SIGSTOP if pause else signal.SIGKILL)
            self.tally["%s %s" % ("stop" if pause else "kill", role)] += 1
            if pause:
                self.over.wait(self.rnd.uniform(0.5, 5))
                os.kill(victim, signal.SIGCONT)
        except ProcessLookupError:
            pass

    def run(self):
        while not self.over.wait(self.rnd.uniform(*self.every)):
            self.one()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
