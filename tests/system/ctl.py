#!/usr/bin/python3
"""cmdrctl against the installed daemon on its embedded broker: each command, used rightly and wrongly."""
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import lib
from lib import Daemon, Processor, check, wait_until

AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def ctl(d, *args, input=None, prefix=(), timeout=60, text=True):
    """Run a command for a daemon (None: no configuration named); (status, stdout, stderr)."""
    named = ["-f", d.conf] if d else []
    p = subprocess.run([*prefix, lib.CMDRCTL, *args, *named], input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=text, timeout=timeout)
    return p.returncode, p.stdout, p.stderr


def ok(d, *args, wanted=0, **more):
    status, out, err = ctl(d, *args, **more)
    check(status == wanted, "cmdrctl %s ended with %d: %s %s" % (" ".join(args), status, out, err))
    return out if wanted == 0 else out + err


def state(d):
    return json.loads(ok(d, "status", "--json"))


def status_says_how_it_is():
    d = Daemon("embedded").start()
    for i in range(3):
        check(d.post({"action": "a", "data": {}})[0] == 202, "POST")
    # One worker that serves is enough to answer.
    wait_until(lambda: all(r["state"] == "ready" for r in state(d)["roles"]), 30, "every role to be ready")
    s = state(d)
    check(s["pid"] == d.master() and s["config"] == d.conf, "pid or config: %r" % s)
    check(s["counters"]["commands_acked"] == 3, "commands_acked is %d" % s["counters"]["commands_acked"])
    check({r["role"] for r in s["roles"]} >= {"broker", "producer", "tailer", "worker"}, "roles: %r" % s["roles"])
    check(all(r["state"] == "ready" and os.path.exists("/proc/%d" % r["pid"]) for r in s["roles"]), "%r" % s["roles"])
    page = ok(d, "status")
    for pattern in (r"^cmdrd .* process %d, up " % d.master(), r"^worker 1 +\d+ +ready", r"^commands acknowledged +0 +3$",
                    r"^tailer .* at its end; ", r"^generation +1 running$"):
        check(re.search(pattern, page, re.M), "no %s in:\n%s" % (pattern, page))
    check("\033" not in page, "colour where there is no terminal")
    check(" - " in ok(d, "status", "--now"), "rates of one look")
    os.kill(d.pids("worker")[0], signal.SIGKILL)
    wait_until(lambda: sum(r["restarts"] for r in state(d)["roles"]) == 1 and
               all(r["state"] == "ready" for r in state(d)["roles"]), 20, "the restart to be told")
    d.stop()


def watch_draws_again():
    d = Daemon("embedded").start()
    for args, mark in ((["--watch", "0.2"], "KAFKA"), (["-w", "--json"], '"ok":true'), (["--watch=0.1"], "KAFKA")):
        p = subprocess.Popen([lib.CMDRCTL, "status", *args, "-f", d.conf], stdout=subprocess.PIPE, text=True)
        seen = 0
        for line in p.stdout:
            seen += mark in line
            if seen == 3:
                break
        check(seen == 3 and p.poll() is None, "--watch ended: %r" % args)
        p.terminate()
        p.wait(10)
    # on a terminal, the screen is drawn anew, in colour
    env = {**os.environ, "TERM": "xterm"}
    env.pop("NO_COLOR", None)
    for no_color, coloured in ((None, True), ("1", False)):
        if no_color:
            env["NO_COLOR"] = no_color
        p = subprocess.run(["timeout", "2", "script", "-qfec", "%s status --watch 0.2 -f %s" % (lib.CMDRCTL, d.conf), "/dev/null"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, timeout=30)
        check(p.stdout.count(b"\033[H\033[2J") >= 2, "not drawn anew: %r" % p.stdout[:300])
        check((b"\033[32m" in p.stdout) == coloured, "colour with NO_COLOR=%r" % no_color)
    d.stop()


def reload_waits_for_the_outcome():
    d = Daemon("embedded").start()
    check(ok(d, "reload") == "generation 2 is running\n", "what reload says")
    check(d.grep("control: reload, asked for by process"), "the log does not tell who asked")
    good = open(d.conf).read()
    with open(d.conf, "a") as f:
        f.write("nonsense: 1\n")
    out = ok(d, "reload", "--socket", d.options["control"]["socket"], wanted=1)
    check("nonsense: no such key" in out and "goes on" in out, out)
    # good for the check, but not for the start
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        d.options["http"]["listen"] = '["127.0.0.1:%d", "127.0.0.1:%d"]' % (d.port, taken.getsockname()[1])
        d.write()
        out = ok(d, "reload", wanted=1)
        check("cannot listen on" in out, out)
    check(state(d)["reload"]["state"] == "failed", "the last reload is not told")
    check("last reload    failed: " in ok(d, "status", "--now"), "the page does not tell it")
    with open(d.conf, "w") as f:
        f.write(good)
    # many at once: each is told an outcome
    many = [subprocess.Popen([lib.CMDRCTL, "reload", "-f", d.conf], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for p in many:
        out = p.communicate(timeout=120)[0]
        check(p.returncode == 0 and "is running" in out, "one of several reloads: %r" % out)
    check(state(d)["pid"] == d.master(), "another master")
    d.stop()
    check(not os.path.exists(d.options["control"]["socket"]), "the control socket is still there")


def the_socket_moves():
    d = Daemon("embedded").start()
    old = d.options["control"]["socket"]
    d.options["control"]["socket"] = old + ".new"
    d.write()
    check(ok(d, "reload", "--socket", old) == "generation 2 is running\n", "a reload that moves the socket")
    wait_until(lambda: os.path.exists(old + ".new") and not os.path.exists(old), 20, "the socket to have moved")
    check(state(d)["generations"][-1]["number"] == 2, "the new socket does not answer")
    # another daemon wants the same
    other = Daemon("embedded")
    other.options["control"]["socket"] = old + ".new"
    other.write()
    p = subprocess.run([lib.CMDRD, "-d", "-f", other.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
    check(p.returncode == 1 and "process %d answers there" % d.master() in p.stdout, p.stdout[-500:])
    # killed, it leaves the file behind: that is no hindrance
    d.process.kill()
    d.process.wait()
    check(os.path.exists(old + ".new"), "who took it away?")
    wait_until(lambda: not d.alive(), 60, "the workers to end")
    d.start()
    check(state(d)["generations"][-1]["number"] == 1, "the new daemon does not answer")
    # none
    d.options["control"]["socket"] = '""'
    d.write()
    check("does not answer any more" in ok(d, "reload", "--socket", old + ".new", wanted=1), "a reload that closes it")
    wait_until(lambda: not os.path.exists(old + ".new"), 20, "the socket to be gone")
    check("control.socket is empty" in ok(d, "status", wanted=1), "no socket")
    d.stop()


def stop_waits_for_the_end():
    d = Daemon("embedded").start()
    pid = d.master()
    threading.Thread(target=d.process.wait).start()
    check(ok(d, "stop") == "cmdrd (process %d) has ended\n" % pid, "what stop says")
    check(not os.path.exists("/proc/%d" % pid) or d.process.poll() is not None, "it is still there")
    check("cmdrd is not running, or its socket is elsewhere" in ok(d, "stop", wanted=1), "stopped twice")
    check("nothing answers at" in ok(d, "ready", wanted=1), "ready when stopped")
    # a request in flight holds it up
    d = Daemon("embedded", extra={"sync": {"timeout": "20s"}}).start()
    c = d.connect()
    c.request("POST", "/commands?sync=true", '{"action":"a","data":{}}', {"Content-Type": "application/json"})
    wait_until(lambda: state(d)["gauges"]["sync_waiting"] == 1, 10, "the command to wait")
    check("has not ended within 1 s" in ok(d, "stop", "--wait", "1", wanted=1), "it did not wait")
    check("is stopping" in ok(d, "stop", "--wait", "0"), "stop that does not wait")
    check(state(d)["stopping"], "status of one that stops")
    check("cmdrd is stopping" in ok(d, "reload", wanted=1), "a reload of one that stops")
    d.process.kill()
    d.process.wait()


def ready_is_what_slash_ready_says():
    d = Daemon("embedded").start()
    out = ok(d, "ready")
    check(re.search(r"^ok +producer", out, re.M) and re.search(r"^ok +tailer", out, re.M), out)
    os.kill(d.pids("broker")[0], signal.SIGSTOP)
    wait_until(lambda: ctl(d, "ready")[0] == 1, 40, "ready to end with 1")
    check(re.search(r"^no +producer .*no Kafka broker has answered", ok(d, "ready", wanted=1), re.M), "which check fails")
    os.kill(d.pids("broker")[0], signal.SIGCONT)
    wait_until(lambda: ctl(d, "ready")[0] == 0, 40, "ready to end with 0")
    check(ctl(None, "ready", "--url", "http://127.0.0.1:%d" % d.port)[0] == 0, "ready by --url")
    # it is asked where it is answered
    d.options["http"]["admin"] = '["unix:%s/admin.sock"]' % d.dir
    d.write()
    ok(d, "reload")
    # for a moment the former generation takes connections too
    wait_until(lambda: d.get("/ready")[0] == 404 and ctl(d, "ready")[0] == 0, 20, "ready at http.admin alone")
    d.stop()


def send_takes_every_type():
    d = Daemon("embedded").start()
    p = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    answer = json.loads(ok(d, "send", "create-foo", "a=1", "b:=1", 'c:={"d":[true,null]}', "x/y=z", "e="))
    check(answer["data"] == {"a": "1", "b": 1, "c": {"d": [True, None]}, "x/y": "z", "e": ""}, "%r" % answer)
    for kind in ("json", "edn", "transit", "transit-json-verbose", "transit-msgpack", "fressian"):
        answer = json.loads(ok(d, "send", "--type", kind, "ns/create-foo", "a=1"))
        check(answer["action"] == "ns/create-foo" and answer["data"] == {"a": "1"}, "%s: %r" % (kind, answer))
        status, out, err = ctl(d, "send", "--accept", kind, "create-foo", "a=1", text=False)
        check(status == 0, err)
        edn = subprocess.run([lib.CMDRCTL, "decode", "--from", kind], input=out, stdout=subprocess.PIPE, timeout=20).stdout
        check(b":action :create-foo" in edn or b'"create-foo"' in edn, "--accept %s: %r" % (kind, edn))
    answer = ok(d, "send", "--sync", "--accept", "edn", "create-foo", "a=1")
    check(":foo-created" in answer, answer)
    answer = json.loads(ok(d, "send", "--type", "edn", "create-foo", "-", input='{:a #{1} :b/c "ü"}'))
    check(answer["data"]["b/c"] == "ü", "%r" % answer)
    p.stop()
    once = [json.loads(ok(d, "send", "--key", 'a "key" \\', "act", "n=1"))["id"] for _ in range(2)]
    check(once[0] == once[1], "written twice: %r" % once)
    check("idempotency-key-reused" in ok(d, "send", "--key", 'a "key" \\', "act", "n=2", wanted=1), "a key used for another")
    check("invalid-command" in ok(d, "send", "a:b", wanted=1), "a bad action")
    check(ctl(None, "send", "act", "--url", "http://127.0.0.1:%d/" % d.port)[0] == 0, "send by --url")
    d.options["http"]["listen"] = '["unix:%s/http.sock", "127.0.0.1:%d"]' % (d.dir, d.port)
    d.write()
    ok(d, "reload")
    check(ctl(d, "send", "act", "n:=5")[0] == 0, "send over a Unix socket")
    check(ctl(d, "ready")[0] == 0, "ready over a Unix socket")
    check(ctl(None, "send", "act", "--url", "unix:%s/http.sock" % d.dir)[0] == 0, "send by --url unix:")
    d.stop()


class Tail:
    """A running cmdrctl tail; its lines as they come."""

    def __init__(self, d, *args):
        self.process = subprocess.Popen([lib.CMDRCTL, "tail", *args, "-f", d.conf], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.thread = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")))
        self.thread.start()

    def await_lines(self, n, what):
        wait_until(lambda: len(self.lines) >= n, 30, "%s (%d of %d lines)" % (what, len(self.lines), n))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.thread.join(10)
        return [json.loads(line) for line in self.lines]


def tail_misses_nothing():
    d = Daemon("embedded").start()
    post = lambda i, action="a": json.loads(d.post({"action": action, "data": {"i": i}})[2])
    for i in range(3):
        post(i)
    t = Tail(d, "commands")
    # a stream begins when it begins: send until it is heard
    n = 3
    while not t.lines and n < 1000:
        post(n)
        n += 1
        time.sleep(0.05)
    check(t.lines, "nothing came")
    # what was sent before that may lie to either side of the beginning, which is a place in each
    # partition: partitions are not read in the order in which the records were sent
    heard = n
    numbers = lambda: [json.loads(line)["data"]["i"] for line in list(t.lines)]
    since = lambda: len([i for i in numbers() if i >= heard])

    def await_all(what):
        wait_until(lambda: since() >= n - heard, 30, "%s (%d of %d)" % (what, since(), n - heard))

    for _ in range(20):
        post(n)
        n += 1
    await_all("records of a stream")
    # whatever happens to the worker that serves it, and over a reload
    for happens in (lambda: [os.kill(p, signal.SIGKILL) for p in d.pids("worker")], lambda: ok(d, "reload")):
        happens()
        d.wait_ready()
        for _ in range(20):
            post(n)
            n += 1
        await_all("records after the stream broke")
    got = [r["data"]["i"] for r in t.stop()]
    check(sorted(i for i in got if i >= heard) == list(range(heard, n)), "missed or doubled: %r" % got)
    check(len(set(got)) == len(got), "doubled: %r" % got)
    check("going on with it" in t.process.stderr.read(), "that the stream ended was not told")
    d.stop()


def tail_from_where_asked():
    d = Daemon("embedded").start()
    wanted = []
    for i in range(6):
        wanted.append(json.loads(d.post({"action": "ns/even" if i % 2 == 0 else "odd", "data": {"i": i}})[2])["id"])
    read = lambda *args: ok(d, "tail", "commands", *args).splitlines()
    for source in ([], ["--kafka"]):
        from_all = [json.loads(x)["id"] for x in read("--from-beginning", "-n", "6", *source)]
        check(sorted(from_all) == sorted(wanted), "%r: %r" % (source, from_all))
        even = read("--from-beginning", "--count", "3", "--action", "ns/even", "--format", "edn", *source)
        check(all(re.match(r'\{:id #uuid "[0-9a-f-]{36}", :action :ns/even, :data \{:i [024]\}, ', x) for x in even), "%r" % even)
    lines = [x.split("\t") for x in read("--from-beginning", "-n", "4", "--tokens")]
    rest = [json.loads(x)["id"] for x in read("--from", lines[-1][0], "-n", "2")]
    check(sorted([json.loads(x[1])["id"] for x in lines] + rest) == sorted(wanted), "the token does not go on")
    env = {**os.environ, "TERM": "xterm"}
    env.pop("NO_COLOR", None)
    p = subprocess.run(["script", "-qefc", "%s tail commands --from-beginning -n 1 -f %s" % (lib.CMDRCTL, d.conf),
                        "/dev/null"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=env, timeout=60)
    check(b'\033[36m"data"\033[0m:{\033[36m"i"\033[0m:\033[35m' in p.stdout, "colours: %r" % p.stdout)
    out = ok(d, "tail", "commands", "--from", "nonsense", wanted=1)
    check("(status 400)" in out, out)
    for line in read("--kafka", "--from-beginning", "-n", "6", "--format", "hex"):
        partition, offset, timestamp, key, value = line.split()
        edn = subprocess.run([lib.CMDRCTL, "decode", key], stdout=subprocess.PIPE, text=True).stdout
        check(edn.split('"')[1] in wanted, edn)
        check(":action" in subprocess.run([lib.CMDRCTL, "decode", value], stdout=subprocess.PIPE, text=True).stdout, value)
    d.stop()


def tail_of_events():
    d = Daemon("embedded").start()
    p = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    a = json.loads(ok(d, "send", "--sync", "create-foo", "a=1"))
    b = json.loads(ok(d, "send", "--sync", "create-foo", "a=2"))
    for source in ([], ["--kafka"]):
        got = json.loads(ok(d, "tail", "events", "--from-beginning", "-n", "1", "--parent", b["id"], *source))
        check(got["parent"] == b["id"] and got["id"] == b["children"][0], "%r: %r" % (source, got))
    got = json.loads(ok(d, "tail", "events", "--from-beginning", "-n", "1", "--action", "foo-created", "--parent", a["id"]))
    check(got["parent"] == a["id"], "%r" % got)
    p.stop()
    d.stop()


def get_finds_both():
    d = Daemon("embedded").start()
    p = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    sent = json.loads(ok(d, "send", "create-foo", "a=1"))
    got = json.loads(ok(d, "get", "--wait", "20", sent["id"]))
    check(got["id"] == sent["id"] and got["data"] == {"a": "1"} and len(got["children"]) == 1, "%r" % got)
    event = json.loads(ok(d, "get", got["children"][0].upper()))
    check(event["parent"] == sent["id"] and event["action"] == "foo-created", "%r" % event)
    check('{:id #uuid "%s", :action :create-foo' % sent["id"] in ok(d, "get", "--accept", "edn", sent["id"]), "as EDN")
    out = ok(d, "get", "ab675ea0-7f6d-11e6-bcdd-540e9df06c05", wanted=1)
    check("there is no command and no event ab675ea0" in out, out)
    p.stop()
    d.stop()


def index_is_looked_after():
    if not shutil.which("kcat"):
        check(not os.environ.get("CI"), "kcat is missing, and CI must not skip")
        return "passed over: no kcat"
    d = Daemon("embedded").start()
    for i in range(50):
        check(d.post({"action": "a", "data": {"i": i}})[0] == 202, "POST")
    subprocess.run(["kcat", "-P", "-b", d.embedded_address(), "-t", "events", "-p", "0", "-k", "key"],
                   input=b"no fressian", check=True, timeout=30)
    indexed = lambda: state(d)["index"]
    wait_until(lambda: indexed()["commands"]["rows"] == 50 and indexed()["undecodable"] == 1, 30, "the index to have all")
    out = ok(d, "undecodable", "--hex")
    check(re.search(r"^20\S+Z  events/0@0  \S", out, re.M), out)
    check(b"no fressian".hex() in out and b"key".hex() in out, out)
    check(len(ok(d, "undecodable").splitlines()) == 1, "without --hex")
    check("is whole" in ok(d, "index", "check"), "check")
    former = indexed()["id"]
    check("has been made anew" in ok(d, "index", "rebuild"), "rebuild")
    check(indexed()["id"] != former, "it is the same index")
    wait_until(lambda: indexed()["commands"]["rows"] == 50, 30, "the new index to have all")
    former = indexed()["id"]
    check("is being made anew" in ok(d, "index", "rebuild", "--no-wait"), "rebuild --no-wait")
    wait_until(lambda: indexed()["id"] != former and indexed()["commands"]["rows"] == 50, 30, "the second one to have all")
    check("is whole" in ok(d, "index", "check"), "check of the new one")
    for command in ("index check", "index rebuild"):
        p = subprocess.run(["script", "-qefc", "%s %s -f %s" % (lib.CMDRCTL, command, d.conf), "/dev/null"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=60)
        check(p.returncode == 0, "%s on a terminal: %r" % (command, p.stdout))
    d.stop()
    # the daemon away: the file can still be read
    check("is whole" in ok(d, "index", "check"), "check without a daemon")
    with open(os.path.join(d.dir, "index", "index.db"), "r+b") as f:
        f.seek(8192)
        f.write(os.urandom(4096))
    out = ok(d, "index", "check", wanted=1)
    check("damaged" in out or "malformed" in out, out)
    if os.geteuid() == 0:
        stranger = ["setpriv", "--reuid", "4711", "--regid", "4711", "--clear-groups"]
        os.chmod(d.conf, 0o644)
        out = ok(d, "undecodable", prefix=stranger, wanted=1)
        check("Permission denied: become root or a member of cmdrd's group" in out, out)


def without_an_index():
    d = Daemon("embedded", extra={"index": {"enabled": "false"}}).start()
    check("index" not in state(d), "status tells of an index")
    check("INDEX" not in ok(d, "status", "--now"), "the page does")
    check("index.enabled is false" in ok(d, "index", "rebuild", wanted=1), "rebuild")
    out = ok(d, "get", json.loads(ok(d, "send", "a"))["id"], wanted=1)
    check("keeps no index" in out, out)
    d.stop()


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers 504, or nothing, or nonsense."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/unknown"):
            body = b'{"type":"urn:cmdr:problem:outcome-unknown","status":504,"id":"x"}'
            self.send_response(504)
            self.send_header("Content-Type", "application/problem+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST

    def log_message(self, *args):
        pass


def unknown_outcomes_end_with_3():
    server = http.server.HTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d" % server.server_port
    try:
        check("outcome-unknown" in ok(None, "send", "act", "--url", url + "/unknown", wanted=3), "504")
        check("whether the command was written is unknown" in ok(None, "send", "act", "--url", url, wanted=3), "a lost answer")
    finally:
        server.shutdown()


def only_those_who_may():
    if os.geteuid() != 0:
        return "passed over: not root"
    d = Daemon("embedded", user="nobody", extra={"": {"group": "nogroup"}})
    os.chmod(d.conf, 0o640)
    d.start()
    path = d.options["control"]["socket"]
    st = os.stat(path)
    check(st.st_mode & 0o777 == 0o660 and st.st_uid == 0, "mode %o of user %d" % (st.st_mode, st.st_uid))
    check(ctl(None, "status", "--json", "--socket", path, prefix=AS_NOBODY)[0] == 0, "the daemon's own group may not")
    stranger = ["setpriv", "--reuid", "4711", "--regid", "4711", "--clear-groups"]
    out = ok(None, "status", "--socket", path, prefix=stranger, wanted=1)
    check("become root or a member of cmdrd's group" in out, out)
    out = ok(d, "status", prefix=stranger, wanted=1)
    check("cmdr.yaml: Permission denied: become root or a member" in out, out)
    # in by the file's mode, but not one of ours
    os.chmod(path, 0o666)
    check("only root and the user and group" in ok(None, "stop", "--socket", path, prefix=stranger, wanted=1), "a stranger")
    check(d.grep("control: stop was refused to process .* of user 4711"), "the refusal is not in the log")
    d.stop()


def a_client_that_hangs_holds_nobody_up():
    d = Daemon("embedded").start()
    path = d.options["control"]["socket"]
    idle = []
    for _ in range(20):
        s = socket.socket(socket.AF_UNIX)
        s.setblocking(False)
        try:
            s.connect(path)
        except BlockingIOError:
            break
        idle.append(s)
    check(ctl(d, "status", "--json", timeout=60)[0] == 0, "status while others hang")
    check(d.get("/health")[0] == 200, "HTTP while others hang")
    for s in idle:
        s.close()
    # asks for much, and reads nothing of it
    for _ in range(5):
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        s.sendall(b"status\n")
        idle.append(s)
    check(ctl(d, "reload")[0] == 0, "reload while others do not read")
    d.stop()


TESTS = [
    ("status", status_says_how_it_is),
    ("status --watch", watch_draws_again),
    ("reload", reload_waits_for_the_outcome),
    ("the socket moves, is stale, is taken", the_socket_moves),
    ("stop", stop_waits_for_the_end),
    ("ready", ready_is_what_slash_ready_says),
    ("send", send_takes_every_type),
    ("tail, and what breaks it", tail_misses_nothing),
    ("tail, from where", tail_from_where_asked),
    ("tail events", tail_of_events),
    ("get", get_finds_both),
    ("undecodable, index", index_is_looked_after),
    ("without an index", without_an_index),
    ("send, outcome unknown", unknown_outcomes_end_with_3),
    ("who may", only_those_who_may),
    ("clients that hang", a_client_that_hangs_holds_nobody_up),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
