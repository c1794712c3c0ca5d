"""What the system tests share: an installed daemon, a Kafka, a load, and the reading back of topics.

Standard library, and confluent_kafka for reading topics. Nothing here asserts time; waits are bounded generously.
"""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
STAGE = os.environ.get("CMDR_STAGE", "/")
CMDRD = os.path.join(STAGE, "usr/sbin/cmdrd")
CMDRCTL = os.path.join(STAGE, "usr/bin/cmdrctl")
KAFKA = os.path.join(TOP, "contrib/kafka/kafka")


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def wait_until(condition, seconds=30, what="a condition", every=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise Failed("waited %s s for %s in vain" % (seconds, what))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Kafka:
    """contrib/kafka/kafka: one broker or three on the loopback."""

    def __init__(self, port, brokers=1):
        self.port, self.brokers = port, brokers
        self.dir = tempfile.mkdtemp(prefix="cmdr-kafka-")
        self.bootstrap = ",".join("127.0.0.1:%d" % (port + i) for i in range(brokers))

    def run(self, *args, ok=True):
        p = subprocess.run([KAFKA, "--port", str(self.port), "--dir", self.dir, *map(str, args)],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=180)
        if ok and p.returncode != 0:
            raise Failed("kafka %s: %s" % (" ".join(map(str, args)), p.stderr.strip() or p.stdout.strip()))
        return p.stdout

    def start(self):
        self.run("start", self.brokers)
        return self

    def create(self, topic, partitions=4, *config):
        self.run("create", topic, partitions, min(self.brokers, 3), *config)

    def clean(self):
        self.run("stop", ok=False)
        self.run("clean", ok=False)

    def read(self, topic, bootstrap=None):
        """Every record of a topic from its beginning: [(partition, offset, key, value)]. A cluster that was just hurt may
        not know its leaders at once: it is asked again."""
        from confluent_kafka import KafkaException
        end = time.monotonic() + 60
        while True:
            try:
                return self.read_once(topic, bootstrap)
            except KafkaException:
                if time.monotonic() > end:
                    raise
                time.sleep(1)

    def read_once(self, topic, bootstrap):
        from confluent_kafka import Consumer, TopicPartition
        c = Consumer({"bootstrap.servers": bootstrap or self.bootstrap, "group.id": "cmdr-test",
                      "enable.auto.commit": False, "isolation.level": "read_committed"})
        try:
            md = c.list_topics(topic, timeout=30).topics[topic]
            ends = {}
            for p in md.partitions:
                low, high = c.get_watermark_offsets(TopicPartition(topic, p), timeout=30)
                if high > low:
                    ends[p] = high
            c.assign([TopicPartition(topic, p, 0) for p in ends])
            out, limit = [], time.monotonic() + 90
            while ends and time.monotonic() < limit:
                for m in c.consume(2000, timeout=2):
                    if m.error():
                        continue
                    out.append((m.partition(), m.offset(), m.key(), m.value()))
                for p in c.position([TopicPartition(topic, p) for p in ends]):
                    if p.offset >= ends[p.partition]:
                        del ends[p.partition]
            check(not ends, "topic %s was not read to its end: %r left" % (topic, ends))
            return out
        finally:
            c.close()


class Daemon:
    """An installed cmdrd with a configuration of its own, in the foreground unless told otherwise."""
    live = []    # those that a test has not stopped yet

    def __init__(self, servers, commands="commands", events="events", workers=2, extra=None, user=""):
        self.dir = tempfile.mkdtemp(prefix="cmdr-test-")
        os.chmod(self.dir, 0o755)
        self.port = free_port()
        self.log = os.path.join(self.dir, "log")
        self.conf = os.path.join(self.dir, "cmdr.yaml")
        self.pidfile = os.path.join(self.dir, "cmdrd.pid")
        self.options = {
            "http": {"listen": '["127.0.0.1:%d"]' % self.port, "workers": workers},
            "kafka": {"servers": servers},
            "topics": {"commands": commands, "events": events},
            "log": {"to": "stderr", "level": "debug"},
            "index": {"directory": os.path.join(self.dir, "index")},
            "control": {"socket": os.path.join(self.dir, "control.sock")},
            "": {"user": '"%s"' % user, "pidfile": self.pidfile},
        }
        for section, keys in (extra or {}).items():
            self.options.setdefault(section, {}).update(keys)
        self.process = None
        self.program = CMDRD
        self.write()

    def write(self):
        with open(self.conf, "w") as f:
            for section, keys in self.options.items():
                if section:
                    f.write("%s:\n" % section)
                for k, v in keys.items():
                    f.write("%s%s: %s\n" % ("  " if section else "", k, v))

    def start(self, ready=True, prefix=()):
        self.out = open(self.log, "a")
        self.process = subprocess.Popen([*prefix, self.program, "-d", "-f", self.conf], stdout=self.out, stderr=self.out)
        Daemon.live.append(self)
        wait_until(lambda: self.process.poll() is not None or self.alive(), 40, "cmdrd to listen")
        check(self.process.poll() is None, "cmdrd ended at its start: %s" % self.tail())
        if ready:
            self.wait_ready()
        return self

    def alive(self):
        try:
            return self.get("/health")[0] == 200
        except OSError:
            return False

    def ready(self):
        try:
            return self.get("/ready")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_ready(self, seconds=60):
        wait_until(self.ready, seconds, "/ready to be 200 (%s)" % self.conf)

    def connect(self, timeout=40):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def get(self, path, headers=None):
        c = self.connect()
        try:
            c.request("GET", path, headers=headers or {})
            r = c.getresponse()
            return r.status, dict(r.getheaders()), r.read()
        finally:
            c.close()

    def post(self, body, kind="application/json", query="", headers=None, conn=None, timeout=40):
        c = conn or self.connect(timeout)
        try:
            if isinstance(body, dict):
                body = json.dumps(body)
            c.request("POST", "/commands" + query, body, {"Content-Type": kind, **(headers or {})})
            r = c.getresponse()
            return r.status, dict(r.getheaders()), r.read()
        finally:
            if conn is None:
                c.close()

    def pids(self, role):
        """Live processes of a role, oldest generation included."""
        out = []
        for pid in self.children():
            try:
                with open("/proc/%d/cmdline" % pid) as f:
                    title = f.read().replace("\0", " ").strip()
            except OSError:
                continue
            if re.match(r"cmdrd: %s( \d+)?$" % role, title):
                out.append(pid)
        return out

    def master(self):
        return self.process.pid

    def children(self):
        p = subprocess.run(["pgrep", "-P", str(self.master())], stdout=subprocess.PIPE, text=True)
        return [int(x) for x in p.stdout.split()]

    def tail(self, n=8):
        with open(self.log) as f:
            return " | ".join(f.read().splitlines()[-n:])

    def grep(self, pattern):
        with open(self.log) as f:
            return [line for line in f if re.search(pattern, line)]

    def embedded_address(self):
        return re.search(r"EMBEDDED broker, at ([0-9.]+:[0-9]+)", self.grep("EMBEDDED broker")[-1]).group(1)

    def stop(self, seconds=60):
        if self in Daemon.live:
            Daemon.live.remove(self)
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed("cmdrd did not stop within %d s: %s" % (seconds, self.tail()))

    def kill(self):
        children = self.children()
        self.process.kill()
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(30)


class Processor:
    """An example command processor."""

    def __init__(self, bootstrap, language="c", commands="commands", events="events", args=()):
        self.log = tempfile.mktemp(prefix="cmdr-processor-")
        self.out = open(self.log, "w")
        self.process = subprocess.Popen(
            [os.path.join(TOP, "contrib/examples", language, "run"), "--brokers", bootstrap,
             "--commands", commands, "--events", events, *args], stdout=self.out, stderr=self.out)
        wait_until(lambda: self.process.poll() is not None or "ready" in open(self.log).read(), 300,
                   "the %s processor" % language)
        check(self.process.poll() is None, "the %s processor ended: %s" % (language, open(self.log).read()[-500:]))

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Load:
    """Clients that send marked commands one after the other, and others that hang up in mid-request."""

    def __init__(self, daemon, clients=12, hangups=4, sync=False, timeout=60):
        self.daemon, self.sync, self.timeout = daemon, sync, timeout
        self.results = []        # (marker, status, body, error)
        self.lock = threading.Lock()
        self.ending = False
        self.threads = [threading.Thread(target=self.client) for _ in range(clients)]
        self.threads += [threading.Thread(target=self.hangup) for _ in range(hangups)]
        for t in self.threads:
            t.start()

    def one(self, conn):
        marker = uuid.uuid4().hex
        body = {"action": "create-foo", "data": {"marker": marker}}
        status, text, error = 0, b"", None
        try:
            status, _, text = self.daemon.post(body, query="?sync=true" if self.sync else "", conn=conn)
        except socket.timeout:
            error = "hang"
        except (OSError, http.client.HTTPException) as e:
            error = "closed: %s" % e
        with self.lock:
            self.results.append((marker, status, text, error))
        return error is None

    def client(self):
        conn = self.daemon.connect(self.timeout)
        while not self.ending:
            if not self.one(conn):
                conn.close()
                time.sleep(0.02)
                conn = self.daemon.connect(self.timeout)
        conn.close()

    def hangup(self):
        n = 0
        while not self.ending:
            n += 1
            body = b'{"action":"create-foo","data":{"hangup":%d}}' % n
            head = b"POST /commands%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
                b"?sync=true" if self.sync else b"", len(body))
            whole = head + body
            try:
                with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=5) as s:
                    s.sendall(whole[:max(1, len(whole) - n % 40)])
                    if n % 3 == 0:
                        time.sleep(0.002)
            except OSError:
                pass
            time.sleep(0.005)

    def stop(self):
        self.ending = True
        for t in self.threads:
            t.join(self.timeout + 30)
            check(not t.is_alive(), "a client of the load hangs")
        return self.results


def judge(results, records):
    """What was answered 2xx is on the topic exactly once, what was called safe to retry is not; nothing hung."""
    places = {}
    marks = {r[0].encode() for r in results}
    for partition, offset, key, value in records:
        for m in re.findall(rb"[0-9a-f]{32}", value or b""):
            if m in marks:
                places.setdefault(m, []).append((partition, offset, key.hex()))
    tally = {}
    for marker, status, text, error in results:
        where = places.get(marker.encode(), [])
        n = len(where)
        kind = error.split(":")[0] if error else str(status)
        tally[kind] = tally.get(kind, 0) + 1
        check(error != "hang", "a request hung")
        check(n <= 1, "a command answered %d (%s) is on the topic %d times: %r" % (status, error, n, where))
        if status in (200, 201, 202):
            check(n == 1, "a command answered %d is on the topic %d times" % (status, n))
        elif status == 503 and b"safe to retry" in text:
            check(n == 0, "a command called safe to retry is on the topic")
        elif status == 504:
            check(b"outcome-unknown" in text, "a 504 that is no outcome-unknown: %r" % text[:200])
        elif status not in (0, 503):
            raise Failed("status %d under load: %r" % (status, text[:300]))
    return tally


def run(tests, only=None):
    """Run (name, function) pairs; print a line each and the closing line; return the exit status."""
    passed = failed = 0
    for name, function in tests:
        if only and only not in name:
            continue
        start = time.monotonic()
        try:
            note = function()
            passed += 1
            print("ok   %-44s %5.1f s  %s" % (name, time.monotonic() - start, note or ""), flush=True)
        except Exception as e:  # a test that breaks is a test that failed
            failed += 1
            # what a test that broke left running would be in the way of the next
            while Daemon.live:
                Daemon.live.pop().kill()
            print("FAIL %-44s %5.1f s  %s: %s" % (name, time.monotonic() - start, type(e).__name__, e), flush=True)
    print("%d passed, %d failed" % (passed, failed), flush=True)
    return 1 if failed or not passed else 0


def main(tests):
    return sys.exit(run(tests, sys.argv[1] if len(sys.argv) > 1 else None))
