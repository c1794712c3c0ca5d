#!/usr/bin/python3
"""The examples of the manual pages cmdr-http(7) and cmdr-contract(7), word for word, against the installed daemon on its embedded
broker. Each has to have a row here, and each row an example."""
import json
import os
import re
import subprocess
import threading
import time

import lib
from lib import Daemon, Processor, check

PAGES = os.path.join(lib.STAGE, "usr/share/man/man7")


def goes_on(command):
    here = any("<<'.'" in line for line in command)
    return command[-1] != "." if here else command[-1].endswith(("\\", "|"))


def examples(page):
    """[(command, what the page shows of its output)], of its synopsis and its examples."""
    with open(os.path.join(PAGES, page), encoding="utf-8") as f:
        text = f.read()
    text = "".join(re.findall(r"^\.Sh (?:SYNOPSIS|EXAMPLES)\n(.*?)(?=^\.Sh )", text, re.M | re.S))
    found = []
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.M | re.S):
        lines = [re.sub(r"^\\&", "", line) for line in block.replace("\\(dq", '"').replace("\\e", "\\").splitlines()]
        lines = [line for line in lines if not line.startswith('.\\"')]
        if not lines[0].startswith(("$ ", "# ")):
            lines[0] = "$ " + lines[0]
        while lines:
            command = [lines.pop(0)[2:]]
            while lines and goes_on(command):
                command.append(lines.pop(0))
            shown = []
            while lines and not lines[0].startswith(("$ ", "# ")):
                shown.append(lines.pop(0))
            found.append(("\n".join(command), "\n".join(shown)))
    return found


class Shell:
    def __init__(self, daemon):
        self.daemon = daemon
        self.set = {}
        # A stream goes on until it is ended, and what ends it is not the page's business.
        self.before = ("curl() { command timeout 5 curl -sS -D '%s/headers' \"$@\"; }\n"
                       "cmdrctl() { command timeout 5 '%s' \"$@\"; }\n" % (daemon.dir, lib.CMDRCTL))

    def run(self, command):
        d = self.daemon
        command = command.replace("localhost:3000", "127.0.0.1:%d" % d.port)
        command = re.sub(r"\S*/cmdr/http\.sock", os.path.join(d.dir, "http.sock"), command)
        command = command.replace("cmdrctl tail", "cmdrctl tail --config " + d.conf)
        p = subprocess.run(["bash", "-c", self.before + command + "\n"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True, timeout=60, env={**os.environ, **self.set})
        check(p.returncode in (0, 124), "%s: %d %s" % (command, p.returncode, p.stderr))
        try:
            with open(os.path.join(d.dir, "headers"), encoding="ascii") as f:
                return f.read() + p.stdout
        except FileNotFoundError:
            return p.stdout


def meanwhile(daemon):
    """A command a second from now on, for what looks at the topics: (stop)."""
    ended = threading.Event()

    def post():
        while not ended.wait(1):
            daemon.post({"action": "create-foo", "data": {"n": 1}})
    t = threading.Thread(target=post)
    t.start()

    def stop():
        ended.set()
        t.join()
    return stop


# What is in the command, and what comes of it: a pattern of status line, header fields and output.
HTTP = [
    ('"order-17"', r'^HTTP/1.1 202 .*"id":"[0-9a-f-]{36}","action":"create-foo"'),
    ("curl -i ", r"^HTTP/1.1 202 .*Location: /commands/"),
    ("application/edn", r"^HTTP/1.1 201 .*:action :foo-created"),
    ('"import-4"', r'^HTTP/1.1 202 .*"results":\[.*"n":2'),
    ("$id?wait=20", r'^HTTP/1.1 200 .*"children":\["'),
    ("?parent=$id", r'^HTTP/1.1 200 .*"parent":"%(id)s".*"total":1'),
    ("&since=", r'^HTTP/1.1 200 .*"events":\['),
    ("updates?action", r"^HTTP/1.1 200 .*retry: 2000\n.*event: event\n"),
    ("$token", r"^HTTP/1.1 200 .*retry: 2000\n.*event: event\n"),
    ("-X PUT", r'^HTTP/1.1 201 .*"required":\["a"\]'),
    ("--unix-socket", r'^HTTP/1.1 200 .*"ready":true'),
]
CONTRACT = [
    ("cmdrctl decode", r"^%(shown)s\n$"),
    ("cmdrctl convert", r"^c0e8[0-9a-f]+\n$"),
    ("cmdrctl tail", r"^\d+ \d+ \d+ [0-9a-f]{62} [0-9a-f]+\n"),
]


def page(name, rows):
    d = Daemon("embedded", extra={"topics": {"schemas": "schemas"}})
    d.options["http"]["listen"] = '["127.0.0.1:%d", "unix:%s/http.sock"]' % (d.port, d.dir)
    d.write()
    d.start()
    p = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    shell, left = Shell(d), list(rows)
    shell.set["id"] = json.loads(d.post({"action": "create-foo", "data": {"a": 1}})[2])["id"]
    for command, shown in examples(name):
        row = next((r for r in left if r[0] in command), None)
        check(row is not None, "%s: no row for %r" % (name, command))
        left.remove(row)
        stop = meanwhile(d) if re.search(r"updates|cmdrctl tail", command) else lambda: None
        out = shell.run(command)
        stop()
        shown = re.escape(shown).replace("%", "%%")
        check(re.search(row[1] % {"id": shell.set["id"], "shown": shown}, out, re.S), "%s\n%s" % (command, out))
        token = re.findall(r"^id: (\S+)$", out, re.M)
        if token:
            shell.set["token"] = token[-1]
    check(not left, "%s has no example of %r" % (name, [r[0] for r in left]))
    p.stop()
    check(d.stop() == 0, "cmdrd did not exit 0")


TESTS = [
    ("the examples of cmdr-http(7)", lambda: page("cmdr-http.7", HTTP)),
    ("the examples of cmdr-contract(7)", lambda: page("cmdr-contract.7", CONTRACT)),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
