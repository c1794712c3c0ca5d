#!/usr/bin/python3
"""Drive the HTTP face of a running cmdrd, with its limits at their defaults: raw bytes out, statuses and bodies in.

usage: http_face.py URL     (http://127.0.0.1:3000)

One line a case, "ok" or "FAIL"; the last line counts. Exit status 1 if anything failed. Standard library only."""
import gzip
import json
import re
import socket
import sys
import time
from urllib.parse import urlsplit

PATIENCE = 40
HOST = b"Host: h\r\n"
ID = r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


class Conn:
    def __init__(self):
        self.s = socket.create_connection((target.hostname, target.port or 80), timeout=PATIENCE)
        self.buf = b""

    def send(self, data):
        try:
            self.s.sendall(data)
        except OSError:
            pass  # refused meanwhile: the answer says why
        return self

    def fill(self):
        try:
            more = self.s.recv(65536)
        except ConnectionResetError:
            more = b""
        self.buf += more
        return bool(more)

    def answer(self, head=False):
        """(status, {field: value}, body), or None if the connection ended first."""
        while b"\r\n\r\n" not in self.buf:
            if not self.fill():
                return None
        top, self.buf = self.buf.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in fields or name.lower() == "vary", "field %s stands twice" % name
            fields[name.lower()] = value
        status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z -]+", lines[0]).group(1))
        n = 0 if head or status in (100, 204) else int(fields["content-length"])
        while len(self.buf) < n:
            assert self.fill(), "the connection ended within an answer"
        body, self.buf = self.buf[:n], self.buf[n:]
        return status, fields, body

    def ended(self):
        return self.buf == b"" and not self.fill()

    def close(self):
        self.s.close()


def raw(data, head=False):
    c = Conn().send(data)
    try:
        return c.answer(head)
    finally:
        c.close()


def request(method, path, fields="", body=b"", head=False):
    if isinstance(body, str):
        body = body.encode()
    extra = "".join(f + "\r\n" for f in fields.split("\n") if f)
    length = "Content-Length: %d\r\n" % len(body) if body or method == "POST" else ""
    return raw(("%s %s HTTP/1.1\r\nHost: h\r\n%s%s\r\n" % (method, path, extra, length)).encode() + body, head)


def problem(answer, status, slug):
    got, fields, body = answer
    assert got == status, "status %d, want %d: %r" % (got, status, body[:300])
    assert fields["content-type"] == "application/problem+json", fields
    p = json.loads(body)
    assert p["type"] == "urn:cmdr:problem:" + slug, p
    assert p["status"] == status and p["title"] and p["detail"], p
    return p, fields


JSON = "Content-Type: application/json"
COMMAND = '{"action":"create-foo","data":{"a":"map data payload"}}'


def fressian_string(s):
    s = s.encode()
    return (bytes([0xDA + len(s)]) if len(s) < 8 else bytes([0xE3, len(s)])) + s


def fressian_map(*items):
    return bytes([0xC0, 0xE4 + len(items)]) + b"".join(i if isinstance(i, bytes) else fressian_string(i) for i in items)


def msgpack_string(s):
    return bytes([0xA0 + len(s)]) + s.encode()


REQUESTS = {
    "application/json": COMMAND.encode(),
    "application/edn": b'{:action :create-foo :data {:a "map data payload"}}',
    "application/transit+json": b'["^ ","~:action","~:create-foo","~:data",["^ ","~:a","map data payload"]]',
    "application/transit+json;verbose=true": b'{"~:action":"~:create-foo","~:data":{"~:a":"map data payload"}}',
    "application/transit+msgpack": b"\x82" + msgpack_string("~:action") + msgpack_string("~:create-foo") +
        msgpack_string("~:data") + b"\x81" + msgpack_string("~:a") + msgpack_string("map data payload"),
    "application/fressian": fressian_map("action", "create-foo", "data", fressian_map("a", "map data payload")),
    "application/x-www-form-urlencoded": b"action=create-foo&data[a]=map+data+payload",
}

# Accept, Content-Type, what a 202 begins with, what a problem begins with
ANSWERS = [
    ("application/json", "application/json; charset=utf-8", rb'\{"id":"%s","action":"create-foo"' % ID.encode(), None),
    ("application/edn", "application/edn; charset=utf-8", rb'\{:id #uuid "%s", ?:action :create-foo' % ID.encode(),
     rb'\{:type "urn:cmdr:problem:malformed"'),
    ("application/transit+json", "application/transit+json; charset=utf-8",
     rb'\["\^ ","~:id","~u%s","~:action","~:create-foo"' % ID.encode(),
     rb'\["\^ ","~:type","urn:cmdr:problem:malformed"'),
    ("application/transit+json;verbose=true", "application/transit+json;verbose=true; charset=utf-8",
     rb'\{"~:id":"~u%s","~:action":"~:create-foo"' % ID.encode(), rb'\{"~:type":"urn:cmdr:problem:malformed"'),
    ("application/transit+msgpack", "application/transit+msgpack", rb"(?s)[\x80-\x8f\xde].{0,6}~:id.{1,40}~:action",
     rb"(?s)[\x80-\x8f\xde].{0,6}~:type.{1,3}urn:cmdr:problem:malformed"),
    ("application/fressian", "application/fressian", rb"(?s)\xc0.*create-foo.*\xcf\xcf\xcf\xcf.{8}$",
     rb"(?s)\xc0.*urn:cmdr:problem:malformed.*\xcf\xcf\xcf\xcf.{8}$"),
]


def check_written(answer, status=202):
    got, fields, body = answer
    assert got == status, "%d %r" % (got, body[:300])
    v = json.loads(body)
    assert list(v)[:6] == ["id", "action", "data", "timestamp", "topic", "partition"], list(v)
    assert re.fullmatch(ID, v["id"]) and v["action"] == "create-foo", v
    assert fields["location"].endswith("/commands/" + v["id"]), fields
    assert fields["vary"] == "Accept", fields
    assert abs(v["timestamp"] / 1000 - time.time()) < 600 and isinstance(v["partition"], int), v
    assert v["offset"] is None or v["offset"] >= 0, v
    return v, fields


def request_types():
    for media, body in REQUESTS.items():
        v, _ = check_written(request("POST", "/commands", "Content-Type: " + media, body))
        assert v["data"] == {"a": "map data payload"}, (media, v)
    check_written(request("POST", "/commands", "Content-Type: APPLICATION/JSON; charset=UTF-8", COMMAND))
    check_written(request("POST", "/commands", JSON + "\nContent-Encoding: gzip", gzip.compress(COMMAND.encode())))


def answer_types():
    for accept, content_type, written, wrong in ANSWERS:
        status, fields, body = request("POST", "/commands", JSON + "\nAccept: " + accept, COMMAND)
        assert status == 202 and fields["content-type"] == content_type, (accept, status, fields)
        assert re.match(written, body), (accept, body)
        status, fields, body = request("POST", "/commands", JSON + "\nAccept: " + accept, "{")
        assert status == 400, (accept, status)
        if wrong is None:
            assert fields["content-type"] == "application/problem+json", fields
        else:
            assert fields["content-type"] == content_type and re.match(wrong, body), (accept, fields, body)


def negotiation():
    for accept, want in [("*/*", "json"), ("application/*", "json"), ("application/edn;q=0.5, application/json;q=0.4", "edn"),
                         ("application/json;q=0, */*", "edn"), ("text/html, application/edn;q=0.1", "edn"), ("", "json")]:
        status, fields, _ = request("POST", "/commands", JSON + "\nAccept: " + accept, COMMAND)
        assert status == 202 and "application/" + want in fields["content-type"], (accept, status, fields)
    for accept in ("text/html", "application/json;q=0", "image/*"):
        problem(request("POST", "/commands", JSON + "\nAccept: " + accept, COMMAND), 406, "not-acceptable")


def users():
    body = ('{"action":"create-foo","data":{},"user":"AB675EA0-7f6d-11e6-bcdd-540e9df06c05",'
            '"system":"ab675ea0-7f6d-11e6-bcdd-540e9df06c06"}')
    status, _, body = request("POST", "/commands", JSON, body)
    v = json.loads(body)
    assert status == 202 and list(v) == ["id", "action", "data", "user", "system", "timestamp", "topic", "partition",
                                         "offset"], v
    assert v["user"] == "ab675ea0-7f6d-11e6-bcdd-540e9df06c05", v


def values():
    data = {"s": "\u0000\U0001f600", "i": 12345678901234567890123, "d": 1.5, "n": None, "l": [1, [True]], "m": {"": {}}}
    status, _, body = request("POST", "/commands", JSON, json.dumps({"action": "a/b", "data": data}))
    assert status == 202 and json.loads(body)["data"] == data and json.loads(body)["action"] == "a/b", body


def not_commands():
    for body in ("", "{", '{"action":1e400,"data":{}}', "\ufeff{}", '{"action":"a","data":{}} x', '{"a":"\ud800"}',
                 '{"a":"\x01"}', b'{"a":"\xff"}', "[" * 101 + "]" * 101):
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        p, _ = problem(request("POST", "/commands", JSON, body), 400, "malformed")
        assert body == b"" or ("line" in p and "column" in p), p
    p, _ = problem(request("POST", "/commands", "Content-Type: application/fressian", b"\xc0\xdf"), 400, "malformed")
    assert "offset" in p, p
    p, _ = problem(request("POST", "/commands", JSON, '{"action":\n "a",\n!}'), 400, "malformed")
    assert (p["line"], p["column"]) == (3, 1), p


def invalid_commands():
    for body, pointer in [('{"action":"a"}', "/data"), ('{"data":{}}', "/action"), ('{"action":"","data":{}}', "/action"),
                          ('{"action":":a","data":{}}', "/action"), ('{"action":"a b","data":{}}', "/action"),
                          ('{"action":"a/b/c","data":{}}', "/action"), ('{"action":"a","data":[]}', "/data"),
                          ('{"action":"a","data":{},"id":1}', "/id"), ('{"action":"a","data":{},"x/y":1}', "/x~1y"),
                          ('{"action":"a","data":{},"user":"x"}', "/user"), ('{"action":7,"data":{}}', "/action"),
                          ("7", "")]:
        p, _ = problem(request("POST", "/commands", JSON, body), 422, "invalid-command")
        assert pointer in [e["pointer"] for e in p["errors"]] and all(e["detail"] for e in p["errors"]), (body, p)
    p, _ = problem(request("POST", "/commands", JSON, '{"action":":a","data":{}}'), 422, "invalid-command")
    assert "colon" in p["detail"], p


def media_types_refused():
    for fields in ("", "Content-Type: text/plain", "Content-Type: application/json; charset=latin1", "Content-Type: x",
                   "Content-Type: application/x-www-form-urlencoded", JSON + "\nContent-Encoding: br"):
        p, f = problem(request("POST", "/commands", fields, COMMAND), 415, "unsupported-media-type")
        assert "application/json" in f["accept-post"] and "application/fressian" in f["accept-post"], f
        if "form" in fields:
            assert "Content-Type" in p["detail"], p


def sizes():
    problem(request("GET", "/" + "a" * 8200), 414, "uri-too-long")
    problem(request("GET", "/", "X: " + "a" * 17000), 431, "headers-too-large")
    problem(raw(b"POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n"),
            413, "too-large")
    problem(raw(b"POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"100001\r\n"), 413, "too-large")
    problem(request("POST", "/commands", JSON + "\nContent-Encoding: gzip", gzip.compress(b" " * (1 << 20) + b" ")),
            413, "too-large")
    body = '{"action":"create-foo","data":{"a":"%s"}}' % ("x" * 900000)
    status, _, got = request("POST", "/commands", JSON, body)
    assert status in (202, 413), (status, got[:300])  # the topic may take less than http.max_body


def order_of_checks():
    problem(request("BREW", "/nothing", "Accept: a/b"), 404, "not-found")
    p, f = problem(request("PUT", "/commands", "Accept: a/b", "x"), 405, "method-not-allowed")
    assert "POST" in f["allow"].split(", ") and "OPTIONS" in f["allow"].split(", "), f
    problem(request("BREW", "/commands", "Accept: a/b"), 501, "not-implemented")
    problem(request("POST", "/commands", "Accept: a/b", COMMAND), 406, "not-acceptable")
    problem(raw(b"POST /commands HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n"), 415, "unsupported-media-type")
    problem(raw(b"POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n"), 404, "not-found")
    problem(request("POST", "/commands?sync=maybe", JSON, "[]"), 400, "bad-request")


def resources():
    problem(request("GET", "/nothing"), 404, "not-found")
    problem(request("GET", "/commands/"), 404, "not-found")
    for path in ("/health", "/ready", "/"):
        status, fields, body = request("GET", path)
        assert status == 200 and fields["content-type"] == "application/json; charset=utf-8", (path, status, fields)
        status, head, nothing = request("HEAD", path, head=True)
        assert status == 200 and nothing == b"" and "content-length" in head, (path, head)
        status, fields, _ = request("OPTIONS", path)
        assert status == 204 and set(fields["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}, fields
    ready = json.loads(request("GET", "/ready")[2])
    assert ready["ready"] is True, ready
    assert [c["name"] for c in ready["checks"]] == ["producer", "tailer", "index", "disk"], ready
    status, fields, body = request("GET", "/", "Accept: text/html")
    assert status == 200 and fields["content-type"] == "text/html; charset=utf-8" and b"cmdr" in body, fields
    assert request("GET", "/%68ealth")[0] == 200
    problem(request("GET", "/%zz"), 400, "bad-request")
    assert request("OPTIONS", "*")[0] == 204


def preferences():
    v, f = check_written(request("POST", "/commands", JSON + "\nPrefer: respond-async", COMMAND))
    assert f["preference-applied"] == "respond-async", f
    v, f = check_written(request("POST", "/commands?sync=false", JSON + "\nPrefer: wait=1", COMMAND))
    assert "preference-applied" not in f and "children" not in v, (v, f)
    v, f = check_written(request("POST", "/commands", JSON + "\nPrefer: wait=zz", COMMAND))
    assert "preference-applied" not in f and "children" not in v, (v, f)
    for query in ("?sync", "?sync=1", "?sync=TRUE", "?sync=true&sync=false"):
        problem(request("POST", "/commands" + query, JSON, COMMAND), 400, "bad-request")
    check_written(request("POST", "/commands?unknown=x&&a", JSON, COMMAND))


def sync():
    """Where no processor answers this action, a time-out; where one does, its event."""
    status, fields, body = request("POST", "/commands", JSON + "\nPrefer: wait=1", COMMAND)
    v = json.loads(body)
    assert fields["preference-applied"] == "wait=1", fields
    if status == 201:
        e = v["events"][0]
        assert v["children"] == [e["id"]] and e["parent"] == v["id"] and len(v["events"]) == 1, v
        assert list(v)[-2:] == ["children", "events"], list(v)
    else:
        assert status == 202 and v["children"] == [] and v["events"] == [], (status, v)
        assert v["error"] == "timed out waiting for completion event" and list(v)[-1] == "error", v


def request_ids():
    assert request("GET", "/health", "X-Request-Id: abc 1")[1]["x-request-id"] == "abc 1"
    made = [request("GET", "/health")[1]["x-request-id"],
            request("GET", "/health", "X-Request-Id: " + "a" * 200)[1]["x-request-id"]]
    assert made[0] != made[1] and all(re.fullmatch("[0-9a-f-]{36}", m) for m in made), made


def keys_and_batches():
    key = '\nIdempotency-Key: "%d"' % time.time_ns()
    first = request("POST", "/commands", JSON + key, COMMAND)
    again = request("POST", "/commands", JSON + key, COMMAND)
    assert first[0] == again[0] == 202, (first, again)
    assert json.loads(first[2])["id"] == json.loads(again[2])["id"], (first, again)
    assert "idempotency-replayed" not in first[1] and again[1]["idempotency-replayed"] == "true", (first, again)
    problem(request("POST", "/commands", JSON + key, COMMAND.replace("map", "another map")), 422, "idempotency-key-reused")
    problem(request("POST", "/commands", JSON + "\nIdempotency-Key:", COMMAND), 400, "bad-request")
    status, _, body = request("POST", "/commands", JSON, "[" + COMMAND + ",{}]")
    assert status == 207 and [r["status"] for r in json.loads(body)["results"]] == [202, 422], body


def expectations():
    c = Conn().send(b"POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(COMMAND))
    assert c.answer()[0] == 100
    c.send(COMMAND.encode())
    check_written(c.answer())
    c.close()
    c = Conn().send(b"POST /nothing HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    problem(c.answer(), 404, "not-found")
    assert c.ended()
    c.close()


def post(extra=b"", body=COMMAND.encode()):
    return (b"POST /commands HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n" + extra +
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


def keep_alive_and_pipelining():
    c = Conn()
    for _ in range(3):
        check_written(c.send(post()).answer())
    bodies = [b'{"action":"create-foo","data":{"n":%d}}' % i for i in range(50)]
    c.send(b"".join(post(body=b) for b in bodies) + b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
    for i in range(50):
        v, _ = check_written(c.answer())
        assert v["data"] == {"n": i}, v
    assert c.answer()[0] == 200
    v, f = check_written(c.send(post(b"Connection: close\r\n")).answer())
    assert f["connection"] == "close" and c.ended(), f
    c.close()
    status, f, _ = raw(b"GET /health HTTP/1.0\r\n\r\n")
    assert status == 200 and f["connection"] == "close", f
    c = Conn().send(b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert c.answer()[1]["connection"] == "keep-alive"
    assert c.send(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").answer()[0] == 200
    c.close()


def byte_by_byte():
    c = Conn()
    c.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = (b"POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5;x=y\r\n" + COMMAND[:5].encode() + b"\r\n%x\r\n" % (len(COMMAND) - 5) + COMMAND[5:].encode() +
            b"\r\n0\r\nTrailer: x\r\n\r\n")
    for i in range(len(data)):
        c.send(data[i:i + 1])
    check_written(c.answer())
    c.close()


# What must be refused by the framing alone, each with Connection: close.
REFUSED = [
    (b"GET /health HTTP/1.1\r\n\r\n", 400), (b"GET /health HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    (b"GET /health\r\n\r\n", 400), (b"GET  /health HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET /health HTTP/2.0\r\n" + HOST + b"\r\n", 505), (b"GET /health HTTP/0.9\r\n" + HOST + b"\r\n", 505),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), (b"\x16\x03\x01\x02\x00\x01", 400),
    (b"GET health HTTP/1.1\r\n" + HOST + b"\r\n", 400), (b"CONNECT h:1 HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    (b"GET /health HTTP/1.1\n" + HOST + b"\n", 400), (b"GET /health HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n", 400),
    (b"GET /health HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400),
    (b"GET /health HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", 400),
    (b"GET /health HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
] + [(b"POST /commands HTTP/1.1\r\n" + HOST + fields + b"\r\n0\r\n\r\n", status) for fields, status in [
    (b"Content-Length: 5\r\nContent-Length: 5\r\n", 400), (b"Content-Length: 5, 5\r\n", 400),
    (b"Content-Length: +5\r\n", 400), (b"Content-Length: 0x5\r\n", 400), (b"Content-Length: \r\n", 400),
    (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
    (b"Transfer-Encoding: chunked, chunked\r\n", 400), (b"Transfer-Encoding: chunked;q=1\r\n", 400),
    (b"Transfer-Encoding: \x0bchunked\r\n", 400), (b"Transfer-Encoding : chunked\r\n", 400),
    (b"Transfer-Encoding: gzip, chunked\r\n", 501), (b"Transfer-Encoding: identity\r\n", 501),
    (b"Transfer-Encoding: xchunked\r\n", 501),
]] + [(b"POST /commands HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
       400) for body in (b"x\r\n", b"\r\n", b"0x5\r\n", b"5 \r\nhello\r\n", b"5\nhello", b"5\r\nhelloX", b"5\r\nhello0\r\n",
                         b"0\r\n X: y\r\n\r\n", b"0\r\nContent-Length: 1\r\n\r\n")]


def smuggling():
    slugs = {400: "malformed", 501: "not-implemented", 505: "http-version"}
    for data, status in REFUSED:
        c = Conn().send(data)
        try:
            _, fields = problem(c.answer(), status, slugs[status])
            assert fields["connection"] == "close" and c.ended(), fields
        except AssertionError as e:
            raise AssertionError("%r: %s" % (data, e)) from None
        finally:
            c.close()


def hanging_up():
    for _ in range(20):
        c = Conn().send(post().replace(b"/commands ", b"/commands?sync=true "))
        c.close()
    assert request("GET", "/health")[0] == 200


TESTS = [request_types, answer_types, negotiation, users, values, not_commands, invalid_commands, media_types_refused,
         sizes, order_of_checks, resources, preferences, sync, request_ids, keys_and_batches, expectations,
         keep_alive_and_pipelining, byte_by_byte, smuggling, hanging_up]

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = urlsplit(sys.argv[1])
    failed = 0
    for test in TESTS:
        try:
            test()
            print("ok   " + test.__name__)
        except Exception as e:  # a case that fails must not hide the next
            failed += 1
            print("FAIL %s: %s: %s" % (test.__name__, type(e).__name__, str(e)[:700]))
    print("%d of %d passed" % (len(TESTS) - failed, len(TESTS)))
    sys.exit(1 if failed else 0)
