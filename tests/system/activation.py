#!/usr/bin/python3
"""Sockets that are passed to the daemon, as systemd does: they are served, outlive reloads and a restart, and belong to who opened
them. The embedded broker. By a launcher of our own, and by systemd-socket-activate where that is there."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import lib
from lib import Daemon, check, free_port, wait_until

# Puts descriptors to 3 and up, names itself in LISTEN_PID, and becomes the command.
LAUNCHER = """
import os, sys
fds = [int(x) for x in sys.argv[1].split(",")]
high = [os.dup(fd) for fd in fds]
while min(high) < 3 + len(fds):
    high = [os.dup(fd) for fd in high]
for i, fd in enumerate(high):
    os.dup2(fd, 3 + i, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(["cmdr.socket"] * len(fds)))
os.execv(sys.argv[2], sys.argv[2:])
"""


def inet6(port):
    """As systemd opens ListenStream=PORT: one for both families."""
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind(("::", port))
    s.listen(1024)
    return s


def inet(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(1024)
    return s


def file(path):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(1024)
    return s


def launch(d, sockets):
    """Start d with these; they stay open here, as in systemd."""
    out = open(d.log, "a")
    fds = [s.fileno() for s in sockets]
    d.process = subprocess.Popen([sys.executable, "-c", LAUNCHER, ",".join(map(str, fds)), lib.CMDRD, "-d", "-f", d.conf],
                                 stdout=out, stderr=out, pass_fds=fds)
    wait_until(lambda: d.process.poll() is not None or d.grep("generation 1 is running"), 40, "cmdrd to run")
    check(d.process.poll() is None, "cmdrd ended at its start: %s" % d.tail())
    d.wait_ready()


def post(s):
    """A command over a connected socket: its status."""
    body = b'{"action":"create-foo","data":{}}'
    s.sendall(b"POST /commands HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
              b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    r = http.client.HTTPResponse(s)
    r.begin()
    r.read()
    s.close()
    return r.status


def post_file(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(40)
    s.connect(path)
    return post(s)


def passed():
    directory = tempfile.mkdtemp(prefix="cmdr-passed-")
    os.chmod(directory, 0o755)
    path = os.path.join(directory, "http.sock")
    d = Daemon("embedded")
    other = free_port()
    d.options["http"]["listen"] = '["%d", "unix:%s"]' % (d.port, path)
    d.options[""]["auth"] = "none"
    d.write()
    sockets = [inet6(d.port), file(path), inet(other)]
    os.chmod(path, 0o666)
    launch(d, sockets)
    check(d.grep("passed socket 1 .cmdr.socket. is .*%d, for IPv4 as well" % d.port), "the log does not tell of it")
    check(d.grep("127.0.0.1:%d is named by neither" % other), "the log does not tell of the one that is not named")
    check(not d.grep("listening on"), "it bound an address: %s" % d.grep("listening on"))

    def everywhere():
        for address in ("127.0.0.1", "::1"):
            status = post(socket.create_connection((address, d.port), 40))
            check(status == 202, "%d at %s" % (status, address))
        check(post_file(path) == 202, "no 202 at %s" % path)

    everywhere()
    environ = [open("/proc/%d/environ" % pid).read() for pid in d.pids("worker")]
    check(environ and not any("LISTEN_" in e for e in environ), "a worker is told of sockets that are not its own")
    wrong, ending = [], threading.Event()

    def client():
        while not ending.is_set():
            try:
                status = post(socket.create_connection(("127.0.0.1", d.port), 40))
                if status != 202:
                    wrong.append(status)
            except (OSError, http.client.HTTPException) as e:
                wrong.append(repr(e))

    clients = [threading.Thread(target=client) for _ in range(4)]
    for c in clients:
        c.start()
    for i in range(2):
        d.process.send_signal(signal.SIGHUP)
        wait_until(lambda: d.grep("generation %d has ended" % (i + 1)), 60, "generation %d to end" % (i + 1))
    ending.set()
    for c in clients:
        c.join()
    check(not wrong, "%d failed during reloads: %r" % (len(wrong), wrong[:3]))
    everywhere()
    check(d.stop() == 0, "cmdrd did not exit 0")
    check(os.path.exists(path), "it removed the socket file of another's")

    # Who connects meanwhile waits, and is served by the next.
    waiting = socket.create_connection(("127.0.0.1", d.port), 40)
    os.unlink(d.log)
    launch(d, sockets)
    check(post(waiting) == 202, "a connection from before the start was not served")
    check(d.stop() == 0, "cmdrd did not exit 0")
    shutil.rmtree(directory)


def daemon():
    """In the background LISTEN_PID is the parent of what serves."""
    d = Daemon("embedded")
    s = inet(d.port)
    d.options["log"] = {"to": "file", "file": d.log, "level": "debug"}
    d.write()
    p = subprocess.run([sys.executable, "-c", LAUNCHER, str(s.fileno()), lib.CMDRD, "-f", d.conf], pass_fds=[s.fileno()],
                       timeout=60)
    check(p.returncode == 0, "it did not start: %s" % d.tail())
    check(d.get("/health")[0] == 200 and not d.grep("listening on"), "the socket was not taken")
    with open(d.pidfile) as f:
        os.kill(int(f.read()), signal.SIGTERM)
    wait_until(lambda: d.grep("notice master.*stopped"), 40, "its end")


def others():
    """A LISTEN_PID that is not its own: the address is bound as ever."""
    d = Daemon("embedded").start(prefix=("env", "LISTEN_PID=1", "LISTEN_FDS=1"))
    check(d.grep("LISTEN_PID is 1, not this process") and d.grep("listening on"), "the log: %s" % d.tail())
    check(d.stop() == 0, "cmdrd did not exit 0")


def systemd():
    """systemd-socket-activate executes its command when the first client comes."""
    tool = shutil.which("systemd-socket-activate")
    if tool is None:
        return "passed over: no systemd-socket-activate"
    d = Daemon("embedded")
    d.options["http"]["listen"] = "[%d]" % d.port
    d.options[""]["auth"] = "none"
    d.write()
    out = open(d.log, "a")
    d.process = subprocess.Popen([tool, "-l", str(d.port), "--fdname=http", lib.CMDRD, "-d", "-f", d.conf], stdout=out, stderr=out)
    wait_until(lambda: d.grep("Listening on"), 20, "systemd-socket-activate to listen")
    status = post(socket.create_connection(("127.0.0.1", d.port), 40))
    # Before every role is up it may be told to come again.
    check(status in (202, 503), "the first client: %d" % status)
    d.wait_ready()
    check(d.grep("passed socket 1 .http. is"), "the socket was not taken: %s" % d.tail())
    check(json.loads(d.post({"action": "create-foo", "data": {}})[2])["id"], "no command was taken")
    check(d.stop() == 0, "cmdrd did not exit 0")
    return None


TESTS = [
    ("passed sockets are served, reloaded, left", passed),
    ("passed to a start in the background", daemon),
    ("passed to somebody else", others),
    ("systemd-socket-activate", systemd),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
