#!/usr/bin/python3
"""Faults on a real Kafka of one broker: processes killed under load, brokers and topics that come and go, clients that
misbehave, reloads. See lib.py; three brokers are cluster.py's."""
import json
import os
import signal
import socket
import subprocess
import time

import lib
from lib import Daemon, Kafka, Load, Processor, check, judge, wait_until

KILLS = int(os.environ.get("CMDR_KILLS", "10"))
kafka = None
serial = 0


def topics(partitions=4):
    global serial
    serial += 1
    c, e = "commands%d" % serial, "events%d" % serial
    kafka.create(c, partitions)
    kafka.create(e, partitions)
    return c, e


def killed(role, sync):
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    processor = Processor(kafka.bootstrap, "c", c, e, ["--echo"]) if sync else None
    load = Load(d, sync=sync)
    try:
        for _ in range(KILLS):
            time.sleep(0.6)
            victims = d.pids(role)
            check(victims, "no process of role %s" % role)
            os.kill(victims[0], signal.SIGKILL)
            wait_until(lambda: victims[0] not in d.pids(role) and d.pids(role), 20, "%s to be back" % role)
            wait_until(d.ready, 30, "/ready after the kill")
    finally:
        results = load.stop()
        if processor:
            processor.stop()
        d.stop()
    check(len(d.grep("died of signal 9")) == KILLS, "the log does not tell each death")
    return "%d kills, %r" % (KILLS, judge(results, kafka.read(c)))


def master_killed():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e).start()
    load = Load(d, hangups=0)
    time.sleep(0.5)
    children = d.children()
    os.kill(d.master(), signal.SIGKILL)
    d.process.wait()

    def refused():
        try:
            socket.create_connection(("127.0.0.1", d.port), 2).close()
            return False
        except OSError:
            return True
    wait_until(refused, 10, "the listeners to be closed")
    results = load.stop()
    wait_until(lambda: not any(os.path.exists("/proc/%d" % p) for p in children), 45, "the children to end")
    d.start()
    d.stop()
    return "%r" % judge(results, kafka.read(c))


def broker_stopped_and_started():
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    load = Load(d, clients=6, hangups=2)
    time.sleep(1)
    kafka.run("stop-broker", 1)
    wait_until(lambda: not d.ready(), 30, "/ready to be 503")
    status, headers, body = d.post({"action": "a", "data": {}})
    check(status == 503 and headers.get("Retry-After"), "POST without a broker: %d %r" % (status, body))
    kafka.run("start-broker", 1)
    d.wait_ready()
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST after the broker is back")
    results = load.stop()
    d.stop()
    return "%r" % judge(results, kafka.read(c))


def broker_absent_at_start():
    c, e = topics()
    kafka.run("stop-broker", 1)
    d = Daemon(kafka.bootstrap, c, e)
    try:
        d.start(ready=False)
        status, _, body = d.get("/ready")
        check(status == 503 and json.loads(body)["ready"] is False, "/ready without a broker: %d %r" % (status, body))
        status, headers, body = d.post({"action": "a", "data": {}})
        check(status == 503 and headers.get("Retry-After"), "POST without a broker: %d %r" % (status, body))
    finally:
        kafka.run("start-broker", 1)
    d.wait_ready()
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST once the broker is there")
    d.stop()


def broker_silent():
    """A broker that takes connections and says nothing: a stopped process."""
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e, extra={"kafka": {"servers": kafka.bootstrap, "delivery_timeout": "3s"}}).start()
    load = Load(d, clients=6, hangups=0)
    time.sleep(0.5)
    kafka.run("pause", 1)
    wait_until(lambda: not d.ready(), 30, "/ready to be 503")
    time.sleep(4)
    kafka.run("resume", 1)
    d.wait_ready()
    results = load.stop()
    d.stop()
    return "%r" % judge(results, kafka.read(c))


def topic_deleted():
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST before")
    kafka.run("delete", c)
    kafka.run("delete", e)
    status = wait_until(lambda: (lambda s: s if s in (503, 504) else None)(d.post({"action": "a", "data": {}})[0]), 40,
                        "POST to say no")
    wait_until(lambda: not d.ready(), 30, "/ready to be 503 without its events topic")
    kafka.create(c, 2)
    kafka.create(e, 2)
    d.wait_ready()
    wait_until(lambda: d.post({"action": "a", "data": {}})[0] == 202, 60, "POST to be well again")
    p = Processor(kafka.bootstrap, "c", c, e)
    check(d.post({"action": "create-foo", "data": {}}, query="?sync=true")[0] == 201, "sync after")
    p.stop()
    d.stop()
    return "POST said %d meanwhile" % status


def partition_added():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e, extra={"sync": {"timeout": "20s"}}).start()
    p = Processor(kafka.bootstrap, "c", c, e, ["--echo", "-X", "topic.metadata.refresh.interval.ms=500"])
    load = Load(d, clients=6, hangups=0, sync=True)
    time.sleep(1)
    kafka.run("partitions", e, 4)
    kafka.run("partitions", c, 3)
    time.sleep(6)
    results = load.stop()
    p.stop()
    d.stop()
    tally = judge(results, kafka.read(c))
    check(set(tally) == {"201"}, "not every sync command had its event: %r" % tally)
    used = {r[0] for r in kafka.read(e)}
    check(len(used) > 1, "no event on a new partition")
    return "%r, events on partitions %r" % (tally, sorted(used))


def hostile_events():
    from confluent_kafka import Producer
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e).start()
    p = Processor(kafka.bootstrap, "c", c, e)
    bad = [b"", b"\xc0", b"garbage", b"\xff" * 1000, b"\xc0\xea\xca", b"\xef\xda\x7f\xff\xff\xff", b"\xed" * 100000,
           b"\xc0\xec\x76\x7f\xff\xff\xff", b"\xcd\x80", b"\x00" * (1 << 19), None]
    with open(os.path.join(lib.TOP, "tests/vectors/fressian-bad.tsv")) as f:
        for line in f:
            if not line.startswith("#") and "\t" in line:
                bad.append(bytes.fromhex(line.split("\t")[1]) if len(line.split("\t")[1]) < 200000 else b"x")
    out = Producer({"bootstrap.servers": kafka.bootstrap})
    load = Load(d, clients=4, hangups=0, sync=True)
    for value in bad:
        out.produce(e, value=value, key=b"k")
    out.flush(30)
    time.sleep(2)
    results = load.stop()
    p.stop()
    tally = judge(results, kafka.read(c))
    check(set(tally) == {"201"}, "not every sync command had its event: %r" % tally)
    check(not d.grep("died of|AddressSanitizer"), "a process died")
    d.stop()
    return "%d hostile records, %r" % (len(bad), tally)


def raw(d, data, seconds=40):
    with socket.create_connection(("127.0.0.1", d.port), 5) as s:
        s.settimeout(seconds)
        s.sendall(data)
        out = b""
        while True:
            part = s.recv(65536)
            if not part:
                return out
            out += part


def bad_clients():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e, extra={"http": {
        "listen": '["127.0.0.1:0"]', "request_timeout": "3s", "max_body": "64KiB"}})
    d.options["http"]["listen"] = '["127.0.0.1:%d"]' % d.port
    d.write()
    d.start()
    slow = socket.create_connection(("127.0.0.1", d.port))
    slow.settimeout(30)
    answer = b""
    for byte in b"POST /commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n":
        try:
            slow.send(bytes([byte]))
        except OSError:
            break
        time.sleep(0.1)
    try:
        answer = slow.recv(1000)
    except OSError:
        pass
    check(b" 408 " in answer or answer == b"", "a byte at a time: %r" % answer)
    idle = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(1000)]
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST beside 1,000 idle connections")
    for s in idle:
        s.close()
    endless = raw(d, b"POST /commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
                  b"\r\n\r\n" + b"8000\r\n" + b" " * 0x8000 + b"\r\n8000\r\n" + b" " * 0x8000 + b"\r\n1\r\n \r\n")
    check(b" 413 " in endless.split(b"\r\n")[0] + b" ", "an endless body: %r" % endless[:100])
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST after all that")
    d.stop()


def hang_ups_are_noticed():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e, extra={"sync": {"timeout": "50s"}}).start()
    body = b'{"action":"nobody-answers","data":{}}'
    head = b"POST /commands?sync=true HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    many = []
    for _ in range(50):
        s = socket.create_connection(("127.0.0.1", d.port))
        s.sendall(head % len(body) + body)
        many.append(s)
    wait_until(lambda: status(d, "sync_waiting") == 50, 10, "50 waiting commands")
    for i, s in enumerate(many):
        if i % 2:
            s.shutdown(socket.SHUT_WR)
        else:
            s.close()
    wait_until(lambda: status(d, "sync_waiting") == 0, 10, "the hang-ups to be noticed")
    check(len(kafka.read(c)) == 50, "the log changed with the hang-ups")
    d.stop()


def status(d, counter):
    """A counter as SIGUSR2 tells it."""
    before = len(d.grep("status: %s " % counter))
    os.kill(d.master(), signal.SIGUSR2)
    lines = wait_until(lambda: (lambda g: g if len(g) > before else None)(d.grep("status: %s " % counter)), 5, "status")
    return int(lines[-1].split()[-1])


def reload_bad_and_good():
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    p = Processor(kafka.bootstrap, "c", c, e, ["--echo"])
    loads = [Load(d, clients=6, hangups=2), Load(d, clients=6, hangups=2, sync=True)]
    time.sleep(0.5)
    d.options["http"]["workerz"] = 3
    d.write()
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("the configuration is not good"), 10, "the bad file to be refused")
    del d.options["http"]["workerz"]
    for n in range(3):
        d.options["http"]["workers"] = 1 + n
        d.write()
        os.kill(d.master(), signal.SIGHUP)
        wait_until(lambda: d.grep("generation %d is running" % (n + 2)), 40, "generation %d" % (n + 2))
        wait_until(lambda: d.grep("generation %d has ended" % (n + 1)), 60, "generation %d to end" % (n + 1))
        time.sleep(0.5)
    results = [r for l in loads for r in l.stop()]
    p.stop()
    d.stop()
    tally = judge(results, kafka.read(c))
    check(set(tally) <= {"201", "202", "closed"}, "a request failed during a reload: %r" % tally)
    # A keep-alive connection may be closed between requests; what was closed must not have been answered.
    return "3 reloads, %r" % tally


def start_errors():
    c, e = topics(1)
    out = []

    def expect(d, words, prefix=()):
        p = subprocess.run([*prefix, lib.CMDRD, "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           timeout=60)
        check(p.returncode != 0, "cmdrd started though it could not (%s)" % words)
        check(words in p.stderr, "not said why: %r instead of %r" % (p.stderr, words))
        out.append(p.stderr.strip().split(": ", 1)[-1][:60])

    d = Daemon(kafka.bootstrap, c, e)
    with socket.socket() as s:
        s.bind(("127.0.0.1", d.port))
        s.listen()
        expect(d, "Address already in use")
    d = Daemon(kafka.bootstrap, c, e, extra={"log": {"to": "file", "file": "/nonexistent/cmdr.log", "level": "info"}})
    expect(d, "/nonexistent/cmdr.log")
    d = Daemon(kafka.bootstrap, c, e)
    d.start()
    other = Daemon(kafka.bootstrap, c, e)
    other.options[""]["pidfile"] = d.pidfile
    other.write()
    expect(other, "already running")
    d.stop()
    d = Daemon(kafka.bootstrap, c, e)
    with open(d.pidfile, "w") as f:
        f.write("1\n")
    d.start()
    check(int(open(d.pidfile).read()) == d.master(), "a stale pid file was not taken over")
    d.stop()
    check(not os.path.exists(d.pidfile), "the pid file is still there")
    return "; ".join(out)


def as_a_daemon():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e)
    d.options["log"] = {"to": "file", "file": d.log, "level": "info"}
    d.write()
    p = subprocess.run([lib.CMDRD, "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    check(p.returncode == 0, "cmdrd -f: %s" % p.stderr)
    pid = int(open(d.pidfile).read())
    d.wait_ready()
    check(os.readlink("/proc/%d/cwd" % pid) == "/" and os.getsid(pid) == pid, "it is not a daemon as daemons are")
    os.rename(d.log, d.log + ".1")
    os.kill(pid, signal.SIGUSR1)
    wait_until(lambda: os.path.exists(d.log) and d.grep("log opened again"), 10, "the log to be opened again")
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not os.path.exists("/proc/%d" % pid), 60, "cmdrd to stop")


def out_of_descriptors():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e, workers=1)
    d.start(prefix=["prlimit", "--nofile=64:64"])
    many = []
    for _ in range(200):
        try:
            many.append(socket.create_connection(("127.0.0.1", d.port), 2))
        except OSError:
            break
    time.sleep(2)
    worker = d.pids("worker")[0]
    with open("/proc/%d/stat" % worker) as f:
        before = sum(map(int, f.read().split()[13:15]))
    time.sleep(2)
    with open("/proc/%d/stat" % worker) as f:
        spent = sum(map(int, f.read().split()[13:15])) - before
    check(spent < os.sysconf("SC_CLK_TCK"), "a worker without descriptors spins: %d ticks in 2 s" % spent)
    for s in many:
        s.close()
    wait_until(lambda: d.post({"action": "a", "data": {}})[0] == 202, 20, "POST after descriptors are free again")
    d.stop()


TESTS = [
    ("kill -9 worker, async", lambda: killed("worker", False)),
    ("kill -9 worker, sync", lambda: killed("worker", True)),
    ("kill -9 producer, async", lambda: killed("producer", False)),
    ("kill -9 producer, sync", lambda: killed("producer", True)),
    ("kill -9 tailer, async", lambda: killed("tailer", False)),
    ("kill -9 tailer, sync", lambda: killed("tailer", True)),
    ("kill -9 master", master_killed),
    ("broker stopped and started", broker_stopped_and_started),
    ("broker absent at start", broker_absent_at_start),
    ("broker silent", broker_silent),
    ("topic deleted", topic_deleted),
    ("partition added while syncs wait", partition_added),
    ("garbage and hostile events", hostile_events),
    ("slow, idle and endless clients", bad_clients),
    ("clients that hang up", hang_ups_are_noticed),
    ("reload with a bad and a good file", reload_bad_and_good),
    ("port taken, log unwritable, pid file", start_errors),
    ("daemonise, log reopened", as_a_daemon),
    ("out of descriptors", out_of_descriptors),
]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_KAFKA_PORT", "19500"))).start()
    try:
        status_code = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status_code)
