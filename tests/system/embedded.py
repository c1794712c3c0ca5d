#!/usr/bin/python3
"""The installed daemon on its embedded broker: the HTTP face, a sync command, a reload, a stop."""
import json
import os
import signal
import subprocess

import lib
from lib import Daemon, Processor, check, wait_until


def face():
    d = Daemon("embedded").start()
    p = subprocess.run(["/usr/bin/python3", "-B", os.path.join(lib.TOP, "tests/http_face.py"),
                        "http://127.0.0.1:%d" % d.port], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                       timeout=300)
    check(d.stop() == 0, "cmdrd did not exit 0")
    bad = [line for line in p.stdout.splitlines() if line.startswith(("FAIL", "not ok"))]
    check(p.returncode == 0, "; ".join(bad)[:1500] or p.stdout[-1500:])
    return p.stdout.splitlines()[-1]


def sync():
    d = Daemon("embedded").start()
    p = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    status, _, body = d.post({"action": "create-foo", "data": {"a": 1}}, query="?sync=true")
    check(status == 201 and json.loads(body)["events"][0]["action"] == "foo-created", "%d %r" % (status, body))
    p.stop()
    status, _, body = d.post({"action": "create-foo", "data": {}}, headers={"Prefer": "wait=1"})
    check(status == 202 and json.loads(body)["error"].startswith("timed out"), "%d %r" % (status, body))
    d.stop()


def reload():
    d = Daemon("embedded").start()
    broker = d.pids("broker")
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("generation 1 has ended"), 40, "the former generation to end")
    d.wait_ready()
    check(d.pids("broker") == broker, "the embedded broker did not stay")
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST after a reload")
    check(d.stop() == 0, "cmdrd did not exit 0")


def broker_restarts():
    d = Daemon("embedded").start()
    os.kill(d.pids("broker")[0], signal.SIGKILL)
    wait_until(lambda: len(d.grep("EMBEDDED broker")) == 2, 20, "the broker to be back")
    wait_until(lambda: d.ready() and d.post({"action": "a", "data": {}})[0] == 202, 40, "POST on the new broker")
    d.stop()


def another_kafka():
    """A reload that names brokers elsewhere: no command goes to the embedded one any more, which ends."""
    d = Daemon("embedded", extra={"kafka": {"unreachable_after": "2s"}}).start()
    check(d.post({"action": "a", "data": {}})[0] == 202, "POST before")
    broker = d.pids("broker")
    d.options["kafka"]["servers"] = "127.0.0.1:1"
    d.write()
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.grep("generation 1 has ended"), 40, "the former generation to end")
    check(broker and not d.pids("broker"), "the embedded broker is still there")
    wait_until(lambda: not d.ready(), 40, "/ready to turn 503")
    check(d.post({"action": "a", "data": {}})[0] == 503, "a command was taken though no Kafka is there")
    d.options["kafka"]["servers"] = "embedded"
    d.write()
    os.kill(d.master(), signal.SIGHUP)
    wait_until(lambda: d.ready() and d.post({"action": "a", "data": {}})[0] == 202, 40, "POST on a new embedded broker")
    check(d.stop() == 0, "cmdrd did not exit 0")


TESTS = [
    ("the HTTP face", face),
    ("sync, and a time-out", sync),
    ("reload keeps the broker", reload),
    ("the broker restarts", broker_restarts),
    ("from the embedded broker to another", another_kafka),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
