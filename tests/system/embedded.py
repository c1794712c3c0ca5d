#!/usr/bin/python3
"""The installed daemon on its embedded broker: the HTTP face, a sync command, a reload, a stop."""
import json
import os
import re
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


def status_of(pid, field):
    with open("/proc/%d/status" % pid) as f:
        return re.search(r"^%s:\s*(\S+)" % field, f.read(), re.M).group(1)


def limit_of(pid, name):
    with open("/proc/%d/limits" % pid) as f:
        return re.search(r"^%s\s+(\S+)\s+(\S+)" % name, f.read(), re.M).groups()


def jailed():
    """Every role is in its jail; one that does what is forbidden there is told and replaced."""
    d = Daemon("embedded", workers=1, user="nobody" if os.geteuid() == 0 else "",
               extra={"": {"group": "nogroup"}} if os.geteuid() == 0 else None).start()
    roles = d.children()
    check(len(roles) == 5, "%d roles" % len(roles))
    for pid in roles:
        check(status_of(pid, "Seccomp") == "2", "process %d has no filter" % pid)
        check(status_of(pid, "NoNewPrivs") == "1", "process %d can gain privileges" % pid)
        check(status_of(pid, "CapPrm").strip("0") == "" or os.geteuid() != 0, "process %d has capabilities" % pid)
        check(limit_of(pid, "Max core file size") == ("0", "0"), "process %d leaves cores" % pid)
    if os.geteuid() == 0:
        check(os.listdir("/proc/%d/root" % d.pids("worker")[0]) == [], "a worker sees the file system")
        wait_until(lambda: d.get("/commands")[0] == 200, 20, "reads from within the empty root")
    else:
        check(d.grep("not started by root"), "what could not be taken away is not told")
    check(limit_of(d.pids("worker")[0], "Max processes") == ("0", "0"), "a worker may make threads")
    check(b"\ncmdr_jail_killed_total 0\n" in d.get("/metrics")[2], "killed before anything was")
    os.kill(d.pids("worker")[0], signal.SIGSYS)
    wait_until(lambda: d.grep("worker 0 .*was killed for a forbidden system call"), 20, "the log to tell it")
    wait_until(d.ready, 20, "the next worker")
    check(b"\ncmdr_jail_killed_total 1\n" in d.get("/metrics")[2], "it was not counted")
    d.stop()


TESTS = [
    ("the HTTP face", face),
    ("sync, and a time-out", sync),
    ("reload keeps the broker", reload),
    ("the broker restarts", broker_restarts),
    ("from the embedded broker to another", another_kafka),
    ("every role is jailed", jailed),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
