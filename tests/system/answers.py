#!/usr/bin/python3
"""What every answer must be by RFC 9110, 9112 and 9457, whatever was asked: all routes, with all methods, with all kinds of Accept,
with and without an origin; conditional reads; and JSONTestSuite's malformed texts as bodies. Raw sockets: no library mends anything."""
import glob
import gzip
import json
import os
import re
import socket
from email.utils import parsedate_to_datetime

import lib
from lib import Daemon, check

SCHEMAS = {"topics": {"schemas": "schemas"}}
VALUES = {"{id}": "ab675ea0-7f6d-11e6-bcdd-540e9df06c05", "{action}": "create-foo", "{version}": "1"}
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"]
KNOWN = METHODS[:-1]
TYPES = ["application/json", "application/edn", "application/transit+json", "application/transit+msgpack", "application/fressian",
         "text/html", "text/plain", "text/event-stream"]
ACCEPTS = [None, "", "*/*", "image/png", "*/*;q=0", "application/*", "text/*", ",,", "nonsense", "a/b/c", "*/json", "application/json;q=0",
           "application/json;q=2", "application/json; q=0.000", "application/problem+json", "text/html, application/edn;q=0.1",
           "application/edn, */*;q=0", "application/edn;Q=0.5", "APPLICATION/EDN", "application/transit+json;verbose=true", "\xff/\xfe"] + TYPES
ALWAYS = {"date", "vary", "x-request-id"}
ORIGIN, OTHER = "https://app.example", "https://evil.example"


class Answer:
    """One answer, strictly: a line, fields that stand once (Vary aside), a body of the length that is told."""

    def __init__(self, data, method, stream=False):
        top, self.body = data.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        line = re.fullmatch(r"HTTP/1\.1 (\d{3}) ([A-Za-z -]+)", lines[0])
        check(line, "status line %r" % lines[0])
        self.status, self.fields = int(line.group(1)), {}
        for f in lines[1:]:
            name, value = re.fullmatch(r"([!-9;-~]+): ([\x20-\x7e]*)", f).groups()
            name = name.lower()
            check(name == "vary" or name not in self.fields, "%s stands twice" % name)
            self.fields[name] = (self.fields[name] + ", " if name in self.fields else "") + value
        self.type = self.fields.get("content-type", "").split(";")[0]
        self.whole(method, stream)

    def whole(self, method, stream):
        length = self.fields.get("content-length")
        if self.status in (204, 304):
            check(self.body == b"" and length is None, "a body, or a length, with %d" % self.status)
        elif method == "HEAD":
            check(self.body == b"", "a body in an answer to HEAD")
            check(length is not None or stream, "no Content-Length in an answer to HEAD")
        elif not (stream and self.status == 200):
            check("transfer-encoding" not in self.fields and int(length) == len(self.body), "length %s, %d bytes" % (length, len(self.body)))
            check(self.type, "a body without a type")


def ask(d, method, target, fields=(), body=b"", stream=False, version="HTTP/1.1"):
    head = ["%s %s %s" % (method, target, version), "Host: h", "Connection: close", *fields]
    if body or method in ("POST", "PUT"):
        head.append("Content-Length: %d" % len(body))
    got = b""
    with socket.create_connection(("127.0.0.1", d.port), timeout=20) as s:
        s.sendall(("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body)
        while True:
            more = s.recv(65536)
            got += more
            if not more or (stream and method != "HEAD" and got.startswith(b"HTTP/1.1 200") and b"\r\n\r\n" in got):
                break
    return Answer(got, method, stream)


def problem_of(a):
    """RFC 9457 3: the members, and that the status is the answer's; in the other types by their look."""
    if a.type == "application/problem+json":
        p = json.loads(a.body)
        check(p["type"].startswith("urn:cmdr:problem:") and p["title"] and p["status"] == a.status and p["detail"], "problem %r" % p)
        check(all(set(e) == {"pointer", "detail"} for e in p.get("errors", [])), "errors %r" % p)
    elif a.body.startswith(b'{"results":'):
        check(all(r["status"] == r["problem"]["status"] == a.status for r in json.loads(a.body)["results"]), "results %r" % a.body[:300])
    else:
        check(a.type in TYPES[1:5] and b"urn:cmdr:problem:" in a.body, "%d as %s: %r" % (a.status, a.type, a.body[:80]))


def looks_right(a, method):
    """What holds for any answer of a route."""
    check(ALWAYS <= set(a.fields), "lacks %s" % (ALWAYS - set(a.fields)))
    check(re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", a.fields["date"]) and
          parsedate_to_datetime(a.fields["date"]), "Date: %s" % a.fields["date"])
    check(a.status != 500, "a 500")
    check("Accept" in a.fields["vary"].split(", "), "Vary: %s" % a.fields["vary"])
    check(a.status not in (405, 501) or a.status == 501 or "allow" in a.fields, "a 405 without Allow")
    check(a.status != 503 or "retry-after" in a.fields, "a 503 without Retry-After")
    check(a.status < 400 or a.body.startswith(b'{"results":') or "no-store" in a.fields.get("cache-control", ""), "an error that may be kept")
    if a.status >= 400 and method != "HEAD" and not (a.status == 503 and b'"ready"' in a.body):
        problem_of(a)
    if a.type in TYPES[:3] + ["text/html", "text/plain"]:
        check(a.fields["content-type"].endswith("charset=utf-8"), "Content-Type: %s" % a.fields["content-type"])


def acceptable(accept, kind):
    """RFC 9110 12.5.1, for the elements of ACCEPTS that are sound; nothing that is sound is as good as no Accept."""
    best = None
    for item in (accept or "").lower().split(","):
        m = re.fullmatch(r"\s*([a-z*]+)/([a-z+*-]+)\s*(?:;\s*verbose=true)?\s*(?:;\s*q=([01](?:\.\d+)?))?\s*", item)
        if m and not (m.group(1) == "*" and m.group(2) != "*") and m.group(1) in ("*", kind.split("/")[0]) and \
                m.group(2) in ("*", kind.split("/")[1]):
            rank = (m.group(1) != "*") + (m.group(2) != "*")
            if best is None or rank > best[0]:
                best = rank, float(m.group(3) or 1)
    return best is not None and best[1] > 0


def filled(path):
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return path


def register(d):
    a = ask(d, "PUT", "/schemas/create-foo", ["Content-Type: application/json"],
            json.dumps({"type": "object", "description": "x" * 3000}).encode())
    check(a.status == 201, "PUT of a schema: %d %r" % (a.status, a.body))


def walk_route(d, path, ops):
    stream, n = path.endswith("/updates"), 0
    target = filled(path)
    allow = set(ask(d, "OPTIONS", target).fields["allow"].split(", "))
    want = {m.upper() for m in ops} | {"OPTIONS"} | ({"HEAD"} if "get" in ops else set())
    check(allow == want, "%s: Allow is %s, not %s" % (path, allow, want))
    for method in METHODS:
        for accept in ACCEPTS:
            fields = [] if accept is None else ["Accept: " + accept]
            a = ask(d, method, target, fields, stream=stream)
            n += 1
            try:
                looks_right(a, method)
                right(a, method, accept, allow)
                if method == "HEAD" and "GET" in allow:
                    like_get(a, ask(d, "GET", target, fields, stream=stream))
            except lib.Failed as e:
                raise lib.Failed("%s %s, Accept: %s: %d %r: %s" % (method, target, accept, a.status, a.fields, e)) from None
    return n


def right(a, method, accept, allow):
    if method not in allow:
        check(a.status == (405 if method in KNOWN else 501), "the method's status")
        check(a.status == 501 or set(a.fields["allow"].split(", ")) == allow, "Allow differs from that of OPTIONS")
    elif method == "OPTIONS":
        check(a.status == 204, "the status of OPTIONS")
    elif a.status < 400 and accept is not None and re.search("[a-z]/", accept) and a.type:
        check(acceptable(accept, a.type), "the type was not asked for")


def like_get(head, get):
    """RFC 9110 9.3.2: the fields of HEAD are those that GET would have; these change by themselves."""
    changing = {"date", "x-request-id", "content-length", "etag", "transfer-encoding"}
    check(head.status == get.status, "GET is %d" % get.status)
    check({k: v for k, v in head.fields.items() if k not in changing} == {k: v for k, v in get.fields.items() if k not in changing},
          "GET has %r" % get.fields)


def walk():
    d = Daemon("embedded", extra={"sync": {"timeout": "100ms"}, **SCHEMAS}).start()
    register(d)
    paths, n = json.loads(d.get("/openapi.json")[2])["paths"], 0
    for path, ops in paths.items():
        n += walk_route(d, path, ops)
    for target in ("/nothing", "/commands/x", "/events/" + "0" * 36, "/commands/", "/health/"):
        for method in METHODS:
            a = ask(d, method, target)
            looks_right(a, method)
            check(a.status in (400, 404, 405, 501, 204), "%s %s: %d" % (method, target, a.status))
            n += 1
    union = set(ask(d, "OPTIONS", "*").fields["allow"].split(", "))
    check(union == {"HEAD", "OPTIONS"} | {m.upper() for ops in paths.values() for m in ops}, "Allow of *: %r" % union)
    check(d.stop() == 0, "cmdrd did not exit 0")
    return "%d requests at %d paths" % (n, len(paths))


def versions(d, target, forms):
    """304 has no body, and the fields that 200 would have (RFC 9110 15.4.5)."""
    for fields in forms:
        first = ask(d, "GET", target, fields)
        check(first.status == 200 and re.fullmatch('"[^"]+"', first.fields["etag"]), "%r" % first.fields)
        for tag in (first.fields["etag"], "W/" + first.fields["etag"], '"x", ' + first.fields["etag"], "*"):
            for method in ("GET", "HEAD"):
                a = ask(d, method, target, fields + ["If-None-Match: " + tag])
                check(a.status == 304 and a.fields["etag"] == first.fields["etag"], "%s %s: %d %r" % (method, tag, a.status, a.fields))
                check(set(first.fields["vary"].split(", ")) == set(a.fields["vary"].split(", ")), "Vary: %r, %r" % (first.fields, a.fields))
                check(first.fields.get("cache-control") == a.fields.get("cache-control"), "Cache-Control: %r" % a.fields)
        check(ask(d, "GET", target, fields + ['If-None-Match: "x"']).status == 200, "another tag")


def conditional():
    d = Daemon("embedded", extra=SCHEMAS).start()
    register(d)
    where = json.loads(d.post({"action": "a", "data": {"text": "x" * 3000}})[2])["id"]
    versions(d, "/commands/" + where, [[], ["Accept: application/edn"], ["Accept-Encoding: gzip"], ["Accept: text/html"]])
    versions(d, "/schemas/create-foo", [[], ["Accept: application/edn"], ["Accept-Encoding: gzip"]])
    forms = [[], ["Accept: application/edn"], ["Accept-Encoding: gzip"], ["Accept: application/transit+json;verbose=true"]]
    for target in ("/commands/" + where, "/schemas/create-foo"):
        tags = [ask(d, "GET", target, f).fields["etag"] for f in forms]
        check(len(set(tags)) == len(forms), "forms share a validator: %r" % tags)
    for n, tag in enumerate(tags):
        a = ask(d, "PUT", "/schemas/create-foo", ["Content-Type: application/json", "If-Match: " + tag.replace("1", str(n + 1))],
                b'{"type":"object","description":"%d"}' % n)
        check(a.status == 200, "If-Match of a form: %d %r" % (a.status, a.body))
        check(ask(d, "PUT", "/schemas/create-foo", ["Content-Type: application/json", "If-Match: " + tag], b'{}').status == 412, "of another")
    check(ask(d, "GET", "/commands/" + where, ['If-Match: "x"']).status == 412, "If-Match of another tag")
    old = ask(d, "GET", "/commands/updates", version="HTTP/1.0", stream=True)
    check(old.status == 200 and "transfer-encoding" not in old.fields, "a stream in HTTP/1.0: %r" % old.fields)
    check(d.stop() == 0, "cmdrd did not exit 0")


# Accept-Encoding, and whether gzip may be sent (RFC 9110 12.5.3)
CODINGS = [(None, False), ("", False), ("gzip", True), ("GZIP", True), ("x-gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False),
           ("gzip;Q=0", False), ("gzip; q=0.000", False), ("*", True), ("*;q=0", False), ("*, gzip;q=0", False), ("gzip, *;q=0", True),
           ("identity", False), ("br", False), ("gzipx", False), (",,", False), ("deflate, gzip;q=1.0, *;q=0.5", True)]


def encodings():
    """gzip where it was asked for, and only there; what comes out is what would have come."""
    d = Daemon("embedded").start()
    plain = ask(d, "GET", "/openapi.json").body
    for coding, may in CODINGS:
        for target, want in (("/openapi.json", plain), ("/health", None), ("/metrics", None)):
            fields = [] if coding is None else ["Accept-Encoding: " + coding]
            a, head = ask(d, "GET", target, fields), ask(d, "HEAD", target, fields)
            is_gzip = a.fields.get("content-encoding") == "gzip"
            check(may or not is_gzip, "%s %s: %r" % (target, coding, a.fields))
            check(not may or is_gzip or target == "/health", "%s %s is not compressed" % (target, coding))
            check(head.fields.get("content-encoding") == a.fields.get("content-encoding"), "HEAD has %r" % head.fields)
            text = gzip.decompress(a.body) if is_gzip else a.body
            check(want is None or (text == want and head.fields["content-length"] == str(len(a.body))), "%s %s: another text" % (target, coding))
    check(d.stop() == 0, "cmdrd did not exit 0")
    return "%d kinds of Accept-Encoding" % len(CODINGS)


def origins():
    """A preflight tells what its origin may do; another origin is told nothing; caches are told of both."""
    d = Daemon("embedded", extra={"http": {"cors_origins": '["%s"]' % ORIGIN}}).start()
    for path, ops in json.loads(d.get("/openapi.json")[2])["paths"].items():
        target = filled(path)
        asks = ["Access-Control-Request-Method: " + list(ops)[0].upper(), "Access-Control-Request-Headers: content-type"]
        a = ask(d, "OPTIONS", target, ["Origin: " + ORIGIN, *asks])
        f = a.fields
        check(a.status == 204 and f["access-control-allow-origin"] == ORIGIN and
              list(ops)[0].upper() in f["access-control-allow-methods"].split(", ") and
              "Content-Type" in f["access-control-allow-headers"] and int(f["access-control-max-age"]) > 0, "%s: %r" % (target, f))
        check("Origin" in f["vary"].split(", "), "Vary: %s" % f["vary"])
        for origin in (OTHER, "null", ORIGIN + ".evil.example", ORIGIN.upper(), ""):
            f = ask(d, "OPTIONS", target, ["Origin: " + origin, *asks]).fields
            check(not any(k.startswith("access-control") for k in f) and "Origin" in f["vary"].split(", "), "%s: %r" % (origin, f))
        for method in ("GET", "PUT", "BREW"):
            a = ask(d, method, target, ["Origin: " + ORIGIN], stream=path.endswith("/updates"))
            check(a.fields["access-control-allow-origin"] == ORIGIN, "%s %s: %d %r" % (method, target, a.status, a.fields))
    check(d.stop() == 0, "cmdrd did not exit 0")


def json_suite():
    """Each text that every reader must refuse is 400 as a command; one that all must take is never called malformed."""
    files = glob.glob(os.path.join(os.path.dirname(os.path.abspath(lib.STAGE)), "tests/json-suite/parsing-*.json"))
    check(files or not os.environ.get("CI"), "make check has not fetched JSONTestSuite")
    if not files:
        return "passed over: make check has not fetched it"
    with open(os.path.join(lib.TOP, "tests/vectors/json-suite-bytes.tsv")) as f:
        as_bytes = dict(line.rstrip("\n").split("\t") for line in f if not line.startswith("#"))
    d, n = Daemon("embedded").start(), {"y": 0, "n": 0, "i": 0}
    for case in json.load(open(files[0], encoding="utf-8")):
        name, body = case["name"], case["input"].encode("utf-8", "surrogatepass")
        body = bytes.fromhex(as_bytes[name]) if name in as_bytes else body
        a = ask(d, "POST", "/commands", ["Content-Type: application/json"], body)
        looks_right(a, "POST")
        malformed = a.status == 400 and b":malformed" in a.body and b"The batch is empty" not in a.body
        check({"y": not malformed, "n": malformed, "i": True}[name[0]], "%s: %d %r" % (name, a.status, a.body[:200]))
        n[name[0]] += 1
    check(d.stop() == 0, "cmdrd did not exit 0")
    return "%d refused, %d taken, %d either" % (n["n"], n["y"], n["i"])


TESTS = [("every route, method and Accept", walk), ("conditional reads", conditional), ("Accept-Encoding", encodings), ("origins", origins),
         ("JSONTestSuite over HTTP", json_suite)]

if __name__ == "__main__":
    lib.main(TESTS)
