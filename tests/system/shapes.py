#!/usr/bin/python3
"""Requests that two readers could read in two ways, and others that are not HTTP, over raw sockets: each gets one answer and
the end of the connection, and what is hidden behind it is never answered. Then the same through nginx, which must not fall
out of step. The table is the one of docs/http.md. usage: shapes.py [--docs]"""
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import lib
from lib import Daemon, check, wait_until

DOCS = os.path.join(lib.TOP, "docs/http.md")
H = b"Host: h\r\n"
BODY = b'{"action":"a","data":{}}'
JSON = b"Content-Type: application/json\r\n"
POST = b"POST /commands HTTP/1.1\r\n" + H + JSON
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"


def get(line=b"GET /health HTTP/1.1\r\n", fields=H):
    return line + fields + b"\r\n"


def post(*fields, body=BODY):
    return POST + b"".join(f + b"\r\n" for f in fields) + b"\r\n" + body


# what it is, the bytes, the status that the one answer has
SHAPES = [
    ("Content-Length and Transfer-Encoding", post(b"Content-Length: 24", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding and Content-Length", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"), 400),
    ("Content-Length twice, the same", post(b"Content-Length: 24", b"Content-Length: 24"), 400),
    ("Content-Length twice, different", post(b"Content-Length: 24", b"Content-Length: 5"), 400),
    ("Content-Length: 24, 24", post(b"Content-Length: 24, 24"), 400),
    ("Content-Length: +24", post(b"Content-Length: +24"), 400),
    ("Content-Length: -1", post(b"Content-Length: -1"), 400),
    ("Content-Length: 0x18", post(b"Content-Length: 0x18"), 400),
    ("Content-Length: 2 4", post(b"Content-Length: 2 4"), 400),
    ("Content-Length empty", post(b"Content-Length:"), 400),
    ("Content-Length of 26 digits", post(b"Content-Length: 99999999999999999999999999"), 413),
    ("Content-Length of 2^64 + 24", post(b"Content-Length: 18446744073709551640"), 413),
    ("space before the colon of Content-Length", post(b"Content-Length : 24"), 400),
    ("Transfer-Encoding: chunked, chunked", post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding twice", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding: chunked;q=1", post(b"Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding with a vertical tab", post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"), 400),
    ("space before the colon of Transfer-Encoding", post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding folded", post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding empty", post(b"Transfer-Encoding:", body=b"0\r\n\r\n"), 400),
    ("Transfer-Encoding: xchunked", post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), 501),
    ("Transfer-Encoding: identity", post(b"Transfer-Encoding: identity"), 501),
    ("Transfer-Encoding: gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501),
    ("Transfer-Encoding in HTTP/1.0", POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("chunk size -1", CHUNKED + b"-1\r\n", 400),
    ("chunk size 0x18", CHUNKED + b"0x18\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    ("chunk size with spaces", CHUNKED + b"18 \r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    ("chunk size of 17 digits", CHUNKED + b"10000000000000018\r\n", 400),
    ("chunk size ffffffffffffffff", CHUNKED + b"ffffffffffffffff\r\n", 413),
    ("chunk size empty", CHUNKED + b"\r\n", 400),
    ("chunk that ends in a bare line feed", CHUNKED + b"18\n" + BODY + b"\r\n0\r\n\r\n", 400),
    ("chunk longer than its size", CHUNKED + b"18\r\n" + BODY + b"X\r\n0\r\n\r\n", 400),
    ("chunk without its end of line", CHUNKED + b"18\r\n" + BODY + b"0\r\n\r\n", 400),
    ("line feed in a chunk extension", CHUNKED + b"18;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    ("Content-Length in a trailer", CHUNKED + b"18\r\n" + BODY + b"\r\n0\r\nContent-Length: 5\r\n\r\n", 400),
    ("trailer folded", CHUNKED + b"18\r\n" + BODY + b"\r\n0\r\n X: y\r\n\r\n", 400),
    ("field folded", get(fields=H + b"X: a\r\n b\r\n"), 400),
    ("white space before the first field", get(fields=b" X: a\r\n" + H), 400),
    ("bare line feeds", b"GET /health HTTP/1.1\nHost: h\n\n", 400),
    ("bare carriage return in a field", get(fields=H + b"X: a\rb\r\n"), 400),
    ("NUL in a field", get(fields=H + b"X: a\0b\r\n"), 400),
    ("NUL in a field's name", get(fields=H + b"X\0: a\r\n"), 400),
    ("NUL in the target", get(b"GET /health\0 HTTP/1.1\r\n"), 400),
    ("control character in a field", get(fields=H + b"X: \x01\r\n"), 400),
    ("field without a name", get(fields=H + b": a\r\n"), 400),
    ("field without a colon", get(fields=H + b"X\r\n"), 400),
    ("no Host", get(fields=b""), 400),
    ("Host twice", get(fields=H + H), 400),
    ("Host with a space", get(fields=b"Host: a b\r\n"), 400),
    ("two spaces before the target", get(b"GET  /health HTTP/1.1\r\n"), 400),
    ("fragment in the target", get(b"GET /health#a HTTP/1.1\r\n"), 400),
    ("bytes past ASCII in the target", get(b"GET /\xc3\xa4 HTTP/1.1\r\n"), 400),
    ("target without a slash", get(b"GET health HTTP/1.1\r\n"), 400),
    ("HTTP/0.9", b"GET /health\r\n\r\n", 400),
    ("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("HTTP/1.10", get(b"GET /health HTTP/1.10\r\n"), 400),
    ("CONNECT", get(b"CONNECT h:443 HTTP/1.1\r\n"), 501),
    ("a target of 10,000 bytes", get(b"GET /" + b"a" * 10000 + b" HTTP/1.1\r\n"), 414),
    ("a field of 100,000 bytes", get(fields=H + b"X: " + b"a" * 100000 + b"\r\n"), 431),
    ("10,000 fields", get(fields=H + b"X: a\r\n" * 10000), 431),
    ("TLS ClientHello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200, 400),
    ("random bytes", bytes((i * 37 + 11) % 256 for i in range(300)), 400),
]


def read_all(s):
    out = b""
    try:
        while True:
            part = s.recv(65536)
            if not part:
                return out, True
            out += part
    except socket.timeout:
        return out, False
    except ConnectionError:
        return out, True


def statuses(answer):
    return [int(m) for m in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def alone():
    d = Daemon("embedded").start()
    for what, raw, want in SHAPES:
        with socket.create_connection(("127.0.0.1", d.port), 10) as s:
            s.settimeout(5)
            try:
                s.sendall(raw + HIDDEN + HIDDEN)
            except ConnectionError:
                pass
            answer, closed = read_all(s)
        got = statuses(answer)
        print("     %-46s %s%s" % (what, " ".join(map(str, got)) or "no answer", ", closed" if closed else ", left open"))
        check(got == [want], "%s: answers %r, expected one of %d" % (what, got, want))
        check(closed, "%s: the connection was left open" % what)
        check(b"application/problem+json" in answer, "%s: no problem details: %r" % (what, answer[:300]))
    check(d.get("/health")[0] == 200, "/health afterwards")
    check(not d.grep(r"died of signal|exited with status"), "a process died: %s" % d.tail())
    d.stop()
    return "%d shapes, one answer each, all closed" % len(SHAPES)


NGINX = """
worker_processes 1; daemon off; pid {dir}/pid; error_log {dir}/error crit;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u;
  scgi_temp_path {dir}/s;
  upstream cmdr {{ server 127.0.0.1:{port}; keepalive 1; }}
  server {{ listen 127.0.0.1:{front}; location / {{
    proxy_pass http://cmdr; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_request_buffering off; }} }}
}}
"""


def behind_nginx():
    """A proxy with one connection to us, used by all: an answer too many would be given to somebody else."""
    d = Daemon("embedded", workers=1).start()
    where, front = tempfile.mkdtemp(prefix="cmdr-nginx-"), lib.free_port()
    with open(where + "/conf", "w") as f:
        f.write(NGINX.format(dir=where, port=d.port, front=front))
    p = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", where + "/conf", "-p", where],
                         stderr=subprocess.DEVNULL)
    try:
        def up():
            try:
                socket.create_connection(("127.0.0.1", front), 1).close()
                return True
            except OSError:
                return False
        wait_until(up, 20, "nginx")
        wrong = []

        def honest(n):
            for i in range(150):
                c = http.client.HTTPConnection("127.0.0.1", front, timeout=20)
                c.request("GET", "/health", headers={"X-Request-Id": "honest-%d-%d" % (n, i)})
                r = c.getresponse()
                r.read()
                if r.status != 200 or r.getheader("X-Request-Id") != "honest-%d-%d" % (n, i):
                    wrong.append((r.status, r.getheader("X-Request-Id")))
                c.close()
        threads = [threading.Thread(target=honest, args=(n,)) for n in range(2)]
        for t in threads:
            t.start()
        for _, raw, _ in SHAPES:
            with socket.create_connection(("127.0.0.1", front), 10) as s:
                s.settimeout(0.3)
                try:
                    s.sendall(raw + HIDDEN)
                    read_all(s)
                except ConnectionError:
                    pass
        for t in threads:
            t.join()
        check(not wrong, "answers of others: %r" % wrong[:5])
    finally:
        p.terminate()
        p.wait()
        d.stop()
    return "300 honest requests beside %d shapes" % len(SHAPES)


def table():
    return "".join("| %s | %d |\n" % (what, want) for what, _, want in SHAPES)


def documented():
    """docs/http.md has the same rows."""
    with open(DOCS) as f:
        found = re.search(r"<!-- shapes -->\n.*?\n\|[-|]+\n(.*?)<!-- end of shapes -->", f.read(), re.S)
    check(found and found.group(1) == table(), "docs/http.md has another table: shapes.py --docs prints it")


if __name__ == "__main__":
    if sys.argv[1:] == ["--docs"]:
        print(table(), end="")
        raise SystemExit
    TESTS = [("one answer and the end", alone), ("the same table in docs/http.md", documented)]
    if shutil.which("nginx") or os.path.exists("/usr/sbin/nginx") or os.environ.get("CI"):
        TESTS.append(("behind nginx", behind_nginx))
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
