#!/usr/bin/python3
"""What the installed daemon tells of itself, on its embedded broker: /metrics is what Prometheus takes, its counters outlive
the processes that count, http.admin keeps it from the clients. See lib.py."""
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import lib
from lib import Daemon, Load, Processor, check, wait_until


def fetch(port, path, method="GET"):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        c.request(method, path)
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read().decode()
    finally:
        c.close()


def scrape(port):
    """{sample: value} of a page."""
    status, headers, text = fetch(port, "/metrics")
    check(status == 200 and headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", "%d %r" % (status, headers))
    samples = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            check(name not in samples, "%s is told twice" % name)
            samples[name] = float(value)
    return samples


def is_counter(name):
    return re.match(r"\w+_(total|bucket|count|sum)\b", name) is not None


def check_grown(before, now, after):
    """No counter went down or away."""
    for name, value in before.items():
        if is_counter(name):
            check(name in now, "%s is gone after %s" % (name, after))
            check(now[name] >= value, "%s fell from %r to %r after %s" % (name, value, now[name], after))


def promtool(text):
    if not shutil.which("promtool"):
        check(not os.environ.get("CI"), "no promtool (apt install prometheus), and CI must not skip")
        return "no promtool: not asked"
    p = subprocess.run(["promtool", "check", "metrics"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True)
    check(p.returncode == 0 and not p.stdout.strip(), "promtool: %s" % p.stdout)
    return "promtool is content"


def traffic(d):
    for kind, body in (("application/json", '{"action":"a","data":{}}'), ("application/edn", "{:action :a :data {}}"),
                       ("application/json", "{"), ("text/nothing", "x")):
        d.post(body, kind)
    d.get("/nowhere/%d" % time.time_ns())
    d.get("/health", {"Accept": "application/edn"})
    with socket.create_connection(("127.0.0.1", d.port), 5) as s:
        s.sendall(b"\r\n\x00 not http\r\n\r\n")
        s.recv(1000)


def page():
    d = Daemon("embedded").start()
    p = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    traffic(d)
    for _ in range(5):
        check(d.post({"action": "create-foo", "data": {}}, query="?sync=true")[0] == 201, "sync")
    wait_until(lambda: scrape(d.port)['cmdr_index_rows{topic="events"}'] == 5, 20, "the index to have the events")
    samples = scrape(d.port)

    def expect(name, value):
        check(samples.get(name) == value, "%s is %r, not %r" % (name, samples.get(name), value))
    answers = 'cmdr_http_responses_total{route="%s",method="%s",type="%s",status="%d"}'
    expect(answers % ("/commands", "POST", "application/json", 202), 1 + 1)     # EDN is answered in JSON
    expect(answers % ("/commands", "POST", "application/json", 201), 5)
    expect(answers % ("/commands", "POST", "application/problem+json", 415), 1)
    expect(answers % ("/health", "GET", "application/edn", 200), 1)
    expect(answers % ("none", "GET", "application/problem+json", 404), 1)
    expect(answers % ("none", "other", "application/problem+json", 400), 1)
    expect("cmdr_commands_acked_total", 7)
    expect("cmdr_ready", 1)
    for stage, n in (("parse", 7), ("publish", 7), ("event", 5)):
        expect('cmdr_command_stage_seconds_count{stage="%s"}' % stage, n)
        expect('cmdr_command_stage_seconds_bucket{stage="%s",le="+Inf"}' % stage, n)
    expect('cmdr_command_seconds_count{waits_for="event"}', 5)
    expect('cmdr_index_state{state="running"}', 1)
    expect('cmdr_tail_lag_max_records{topic="events"}', 0)
    check(samples['cmdr_kafka_silence_seconds{role="producer"}'] < 30, "a broker answered long ago")
    note = promtool(fetch(d.port, "/metrics")[2])
    p.stop()
    d.stop()
    return "%d samples, %s" % (len(samples), note)


def processes():
    d = Daemon("embedded").start()
    time.sleep(2.5)
    samples = scrape(d.port)
    seen = 0
    for role in ("master", "broker", "producer", "tailer", "indexer", "worker"):
        pids = [d.master()] if role == "master" else d.pids(role)
        check(samples['cmdr_processes{role="%s"}' % role] == len(pids), "%s: %r processes" % (role, pids))
        check(samples['cmdr_process_cpu_seconds_total{role="%s"}' % role] > 0, "%s took no time" % role)
        for name, value in samples.items():
            m = re.match(r'cmdr_process_(\w+)\{role="%s",number="\d+",generation="\d"\}' % role, name)
            if not m:
                continue
            seen += 1
            if m.group(1) == "resident_memory_bytes":
                check(1e6 < value < 1e9, "%s is %r" % (name, value))
            elif m.group(1) == "open_fds":
                real = [len(os.listdir("/proc/%d/fd" % pid)) for pid in pids]
                check(min(real) - 8 <= value <= max(real) + 8, "%s is %r, really %r" % (name, value, real))
            elif m.group(1) == "start_time_seconds":
                check(0 < time.time() - value < 600, "%s is %r" % (name, value))
    check(seen == 4 * 7, "%d samples of 7 processes" % seen)
    d.stop()


def counters_stay():
    d = Daemon("embedded", workers=2).start()
    load = Load(d, clients=4, hangups=2)
    traffic(d)
    time.sleep(1)
    last = scrape(d.port)
    try:
        for role in ("worker", "worker", "producer", "tailer", "indexer"):
            victim = d.pids(role)[0]
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: victim not in d.pids(role) and len(d.pids(role)) == (2 if role == "worker" else 1), 20,
                       "the %s to be back" % role)
            d.wait_ready()
            now = scrape(d.port)
            check_grown(last, now, "kill -9 of a %s" % role)
            check(now['cmdr_restarts_total{role="%s"}' % role] > last['cmdr_restarts_total{role="%s"}' % role],
                  "the restart is not counted")
            last = now
        for n in range(2, 6):
            d.options["http"]["workers"] = 1 + n % 2
            d.write()
            os.kill(d.master(), signal.SIGHUP)
            wait_until(lambda: d.grep("generation %d is running" % n), 40, "generation %d" % n)
            now = scrape(d.port)
            check_grown(last, now, "the start of generation %d" % n)
            wait_until(lambda: d.grep("generation %d has ended" % (n - 1)), 60, "generation %d to end" % (n - 1))
            last, now = now, scrape(d.port)
            check_grown(last, now, "the end of generation %d" % (n - 1))
            last = now
    finally:
        results = load.stop()
    # What counted the state of something that is gone is 0 again.
    wait_until(lambda: scrape(d.port)["cmdr_commands_in_flight"] == 0, 20, "nothing to be in flight")
    now = wait_until(lambda: (lambda s: s if s["cmdr_http_open"] == 1 else None)(scrape(d.port)), 20, "one connection, ours")
    check(now['cmdr_processes{role="worker"}'] == 2 and now["cmdr_generation"] == 5, "the processes are others")
    check(now['cmdr_reloads_total{result="done"}'] == 4, "the reloads are not counted")
    good = sum(1 for r in results if r[1] == 202)
    check(now["cmdr_commands_acked_total"] >= good, "%d acknowledged, %d answered so" % (now["cmdr_commands_acked_total"], good))
    d.stop()
    return "%d commands" % good


def reload_waits_for_its_place():
    """A client that waits for its event holds a generation up; the next but one uses its places, so it has to wait."""
    d = Daemon("embedded", extra={"shutdown": {"grace": "30s"}}).start()
    body = b'{"action":"nobody-answers","data":{}}'
    waiting = socket.create_connection(("127.0.0.1", d.port), 60)
    waiting.sendall(b"POST /commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nPrefer: wait=8\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body) + body)
    wait_until(lambda: scrape(d.port)["cmdr_sync_waiting"] == 1, 20, "a command that waits")
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("generation 2 is running"), 40, "generation 2")
    check(scrape(d.port)["cmdr_sync_waiting"] == 1, "what its generation drains is not told")
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("generation before the last has not ended"), 10, "the reload to wait")
    check(b" 202 " in waiting.recv(1000), "the client was not answered")
    wait_until(lambda: d.grep("generation 3 is running"), 60, "generation 3")
    with open(d.log) as f:
        lines = f.read()
    check(lines.index("generation 1 has ended") < lines.index("generation 3 is running"), "generation 3 did not wait")
    check(scrape(d.port)["cmdr_sync_waiting"] == 0, "what waited is still told")
    waiting.close()
    d.stop()


def listens(port, path):
    try:
        return fetch(port, path)[0] == 200
    except OSError:
        return False


def admin():
    a, b = lib.free_port(), lib.free_port()
    d = Daemon("embedded")
    d.options["http"]["admin"] = '["127.0.0.1:%d"]' % a
    d.write()

    def separate(clients, admin_port):
        for path in ("/health", "/ready", "/metrics"):
            check(fetch(admin_port, path)[0] == 200, "%s at http.admin" % path)
            check(fetch(clients, path)[0] == 404, "%s for the clients" % path)
        for path in ("/", "/commands", "/events/updates"):
            check(fetch(admin_port, path)[0] == 404, "%s at http.admin" % path)
        check(fetch(clients, "/")[0] == 200, "/ for the clients")

    d.alive = lambda: listens(a, "/health")
    d.ready = lambda: listens(a, "/ready")
    d.start()
    separate(d.port, a)
    # A third address, the two others change sides.
    d.options["http"]["listen"] = '["127.0.0.1:%d"]' % a
    d.options["http"]["admin"] = '["127.0.0.1:%d", "127.0.0.1:%d"]' % (d.port, b)
    d.write()
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("generation 1 has ended"), 60, "the former generation to end")
    separate(a, d.port)
    separate(a, b)
    check(scrape(b)["cmdr_generation"] == 2, "the generation is another")
    # The same address in both: the file is refused, all goes on.
    d.options["http"]["listen"] = '["127.0.0.1:%d"]' % b
    d.write()
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("http.admin: expected an address that http.listen does not have"), 20, "the file to be refused")
    wait_until(lambda: scrape(b)['cmdr_reloads_total{result="failed"}'] == 1, 20, "the failed reload to be counted")
    separate(a, b)
    d.stop()


TESTS = [
    ("the page after traffic", page),
    ("what the processes take", processes),
    ("kill -9 and reloads: no counter falls", counters_stay),
    ("a reload waits for its place", reload_waits_for_its_place),
    ("http.admin keeps to itself", admin),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
