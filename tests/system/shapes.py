#!/usr/bin/python3
"""Malformed requests, and such as two readers could take in two ways, as bytes against the installed daemon: straight, and through
nginx. Each is answered once, as its row in shape_rows.py says; what stands behind a refused one is never answered.

usage: shapes.py [TEST]     docs/http.md lists the rows: `shapes.py docs` writes them there, and a test compares."""
import json
import os
import re
import socket
import subprocess
import sys
import threading

import lib
from lib import Daemon, check, free_port, wait_until
from shape_rows import CLOSED, GROUPS, H, HIDDEN

DOCS = os.path.join(lib.TOP, "docs/http.md")
BEGIN, END = "<!-- tests/system/shape_rows.py -->\n", "<!-- end of the shapes -->\n"
ROWS = [row for _, rows in GROUPS for row in rows]

NGINX = """
daemon off;
pid %(dir)s/pid;
error_log %(dir)s/error.log crit;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %(dir)s/body;
	proxy_temp_path %(dir)s/proxy;
	fastcgi_temp_path %(dir)s/fastcgi;
	uwsgi_temp_path %(dir)s/uwsgi;
	scgi_temp_path %(dir)s/scgi;
	client_header_timeout 1s;
	client_body_timeout 1s;
	lingering_timeout 1s;
	upstream cmdr {
		server 127.0.0.1:%(upstream)d;
		keepalive 4;
	}
	server {
		listen 127.0.0.1:%(port)d;
		merge_slashes off;
		location / {
			proxy_pass http://cmdr;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $http_host;
			proxy_request_buffering off;
			proxy_ignore_client_abort on;
		}
	}
}
"""


def table():
    lines = []
    for title, rows in GROUPS:
        lines += ["| %s | answer |" % title[0].lower().join(["", title[1:]]), "|---|---|"]
        lines += ["| %s | %d%s |" % (name, status, "" if end is CLOSED else ", and serves on") for name, _, status, end in rows]
        lines.append("")
    return "\n".join(lines)


def docs():
    with open(DOCS, encoding="utf-8") as f:
        text = f.read()
    check(BEGIN in text and END in text, "docs/http.md has no place for the shapes")
    check(text.split(BEGIN)[1].split(END)[0] == "\n" + table(), "docs/http.md differs: tests/system/shapes.py docs writes it")
    return "%d rows" % len(ROWS)


def write_docs():
    with open(DOCS, encoding="utf-8") as f:
        text = f.read()
    with open(DOCS, "w", encoding="utf-8") as f:
        f.write(text.split(BEGIN)[0] + BEGIN + "\n" + table() + END + text.split(END)[1])


def exchange(port, data):
    """All that comes until the other side ends."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        sender = threading.Thread(target=send, args=(s, data))
        sender.start()
        try:
            while True:
                more = s.recv(65536)
                if not more:
                    break
                got += more
        except TimeoutError:
            got += b"(no end came)"
        except ConnectionResetError:
            pass
        sender.join()
    return got


def send(s, data):
    try:
        s.sendall(data)
    except OSError:
        pass  # refused meanwhile


def answers(got):
    """[(status, {field: value}, body)] of all that came, but 100s; the rest, if it is no HTTP/1.1."""
    out = []
    while got.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in got:
        top, got = got.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
        status = int(lines[0][9:12])
        n = 0 if status in (100, 204, 304) else int(fields["content-length"])
        if status != 100:
            out.append((status, fields, got[:n]))
        got = got[n:]
    return out, got


def probe(name):
    return b"GET /health HTTP/1.1\r\n" + H + b"Connection: close\r\nX-Request-Id: " + name.encode() + b"\r\n\r\n"


def one(d, row):
    """What is wrong with the answer to a row, or nothing."""
    name, data, status, end = row
    got = exchange(d.port, data + (HIDDEN if end is CLOSED else probe("behind")))
    said, rest = answers(got)
    if rest or not said or said[0][0] != status:
        return "answered %r" % got[:300]
    first, fields, body = said[0]
    if status >= 400:
        told = json.loads(body) if fields.get("content-type") == "application/problem+json" else {}
        if told.get("status") != status or not told.get("detail") or not told["type"].startswith("urn:cmdr:problem:"):
            return "no problem: %r %r" % (fields, body)
    if "date" not in fields or (status >= 400 and fields.get("cache-control") != "no-store") or b"hidden" in got:
        return "answered %r" % got[:300]
    if end is CLOSED:
        return None if len(said) == 1 and fields.get("connection") == "close" else "%d answers, %r" % (len(said), fields)
    if len(said) != 2 or said[1][1].get("x-request-id") != "behind" or said[1][0] != 200:
        return "what is behind it was answered %r" % (said[1:],)
    return None


def total(d, action):
    return json.loads(d.get("/commands?limit=1&action=" + action)[2])["total"]


def hidden_ones(d):
    """How many hidden requests were taken: counted when commands that were sent after them are to be seen on all partitions."""
    for _ in range(40):
        check(d.post({"action": "last", "data": {}})[0] == 202, "a command after the shapes")
    wait_until(lambda: total(d, "last") == 40, 30, "the index to have the last commands")
    return total(d, "hidden")


def straight():
    d = Daemon("embedded").start()
    wrong = 0
    for row in ROWS:
        why = one(d, row)
        wrong += why is not None
        print("     %-4s %-62s %d %s%s" % ("ok" if why is None else "FAIL", row[0], row[2], "closed" if row[3] is CLOSED else
                                           "serves on", "" if why is None else ": " + why), flush=True)
    hidden, sound = hidden_ones(d), total(d, "sound")
    want = sum(status == 202 for _, _, status, _ in ROWS)
    check(d.stop() == 0, "cmdrd did not exit 0")
    check(wrong == 0, "%d shapes are answered otherwise" % wrong)
    check(hidden == 0 and sound == want, "%d hidden commands and %d sound ones were written" % (hidden, sound))
    return "%d shapes, %d of them refused and closed" % (len(ROWS), sum(end is CLOSED for *_, end in ROWS))


class Nginx:
    def __init__(self, upstream):
        self.dir, self.port = upstream.dir + "/nginx", free_port()
        os.mkdir(self.dir)
        with open(self.dir + "/conf", "w") as f:
            f.write(NGINX % {"dir": self.dir, "port": self.port, "upstream": upstream.port})
        self.process = subprocess.Popen(["nginx", "-c", self.dir + "/conf", "-e", self.dir + "/error.log"])
        wait_until(self.listens, 20, "nginx to listen")

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def through(port, i, row):
    """Each answer is one to this connection, and the next client's answer is its own."""
    mine, next_one = "behind-%d" % i, "next-%d" % i
    got = exchange(port, row[1] + probe(mine))
    said, rest = answers(got)
    ids = [fields["x-request-id"] for _, fields, _ in said if "x-request-id" in fields]
    others = [x for x in ids if not re.fullmatch("[0-9a-f-]{36}|" + mine, x)]
    if others or b"hidden" in got or b"(no end came)" in rest:
        return None, "an answer to another: %r" % got[:400]
    if 500 in [s for s, _, _ in said]:
        return None, "answered %r" % got[:300]
    after, rest = answers(exchange(port, probe(next_one)))
    if rest or len(after) != 1 or after[0][0] != 200 or after[0][1].get("x-request-id") != next_one:
        return None, "the next client was answered %r" % (after,)
    return " ".join(str(s) for s, _, _ in said) or "nothing", None


def behind_nginx():
    d = Daemon("embedded", workers=1).start()
    n = Nginx(d)
    wrong, passed = 0, 0
    try:
        for i, row in enumerate(ROWS):
            said, why = through(n.port, i, row)
            wrong += why is not None
            passed += said is not None and said.startswith(("200", "202"))
            print("     %-4s %-62s %s" % ("ok" if why is None else "FAIL", row[0], said if why is None else why), flush=True)
        hidden = hidden_ones(d)
    finally:
        n.stop()
    check(d.stop() == 0, "cmdrd did not exit 0")
    check(wrong == 0, "%d shapes lead to answers that belong to others" % wrong)
    check(hidden == 0, "%d hidden commands were written" % hidden)
    return "%d shapes through nginx, %d of them taken" % (len(ROWS), passed)


TESTS = [("docs/http.md lists the shapes", docs), ("shapes", straight), ("shapes through nginx", behind_nginx)]

if __name__ == "__main__":
    if sys.argv[1:] == ["docs"]:
        sys.exit(write_docs())
    lib.main(TESTS)
