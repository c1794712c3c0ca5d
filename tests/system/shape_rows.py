"""Requests as bytes, as attackers and broken clients make them, and what cmdr answers: one row a shape, as
(what it is, bytes, status, whether the connection serves on). shapes.py sends them, and docs/http.md lists them."""

H = b"Host: h\r\n"
KEPT, CLOSED = True, False
COMMAND = b'{"action":"sound","data":{}}'
# A request that must never be answered: it stands where only one who is mistaken about an end would look for one.
HIDDEN = (b"POST /commands HTTP/1.1\r\nHost: h\r\nX-Request-Id: hidden\r\nContent-Type: application/json\r\n"
          b'Content-Length: 29\r\n\r\n{"action":"hidden","data":{}}')


def get(fields=b"", target=b"/health", version=b"HTTP/1.1", method=b"GET", host=H):
    return method + b" " + target + b" " + version + b"\r\n" + host + fields + b"\r\n"


def post(fields, body=b"", version=b"HTTP/1.1"):
    return b"POST /commands " + version + b"\r\n" + H + b"Content-Type: application/json\r\n" + fields + b"\r\n" + body


def length(value, body=COMMAND):
    return post(b"Content-Length:" + value + b"\r\n", body)


def coding(value, version=b"HTTP/1.1", name=b"Transfer-Encoding: "):
    return post(name + value + b"\r\n", CHUNKS, version)


def chunks(body):
    return post(TE, body)


CL = b"Content-Length: %d\r\n" % len(COMMAND)
TE = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n" % len(COMMAND) + COMMAND + b"\r\n0\r\n\r\n"
ONE = b"%x" % len(COMMAND)
DATA = b"\r\n" + COMMAND + b"\r\n"
# A body that is over at its beginning for one who reads chunks, and holds a request for who does not count.
SHORT = b"0\r\n\r\n" + HIDDEN
HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(32)) + b"\0\0\x02\x13\x01\x01\0\0\x99"

LENGTHS = [
    ("Content-Length and Transfer-Encoding", post(CL + TE, CHUNKS), 400, CLOSED),
    ("Transfer-Encoding and Content-Length", post(TE + CL, CHUNKS), 400, CLOSED),
    ("CL.TE: a request behind the last chunk, within the length", post(b"Content-Length: %d\r\n" % len(SHORT) + TE, SHORT), 400, CLOSED),
    ("TE.CL: a request within a chunk, beyond the length",
     post(b"Content-Length: 4\r\n" + TE, b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n"), 400, CLOSED),
    ("Content-Length twice, the same", post(CL + CL, COMMAND), 400, CLOSED),
    ("Content-Length twice, different", post(CL + b"Content-Length: 0\r\n", COMMAND), 400, CLOSED),
    ("Content-Length twice, in other letters", post(CL + b"content-LENGTH: 0\r\n", COMMAND), 400, CLOSED),
    ("Content-Length, a list of the same", length(b" 28, 28"), 400, CLOSED),
    ("Content-Length, a list", length(b" 0, 28"), 400, CLOSED),
    ("Content-Length with a comma", length(b" 28,"), 400, CLOSED),
    ("Content-Length with a plus", length(b" +28"), 400, CLOSED),
    ("Content-Length below zero", length(b" -28"), 400, CLOSED),
    ("Content-Length, minus nothing", length(b" -0"), 400, CLOSED),
    ("Content-Length in hexadecimal", length(b" 0x1c"), 400, CLOSED),
    ("Content-Length with an exponent", length(b" 2e1"), 400, CLOSED),
    ("Content-Length with a point", length(b" 28.0"), 400, CLOSED),
    ("Content-Length with a space inside", length(b" 2 8"), 400, CLOSED),
    ("Content-Length in quotes", length(b' "28"'), 400, CLOSED),
    ("Content-Length, a word", length(b" many"), 400, CLOSED),
    ("Content-Length, empty", length(b""), 400, CLOSED),
    ("Content-Length in other digits than ASCII's", length(" \u0662\u0668".encode()), 400, CLOSED),
    ("Content-Length behind a vertical tab", length(b"\x0b28"), 400, CLOSED),
    ("Content-Length before a NUL", length(b" 28\0"), 400, CLOSED),
    ("Content-Length of more than http.max_body", length(b" 1048577"), 413, CLOSED),
    ("Content-Length of 2^63", length(b" 9223372036854775808"), 413, CLOSED),
    ("Content-Length of 2^64 and the right one", length(b" 18446744073709551644"), 413, CLOSED),
    ("Content-Length of 400 digits", length(b" " + b"9" * 400), 413, CLOSED),
    ("Content-Length with zeros before it", length(b" 00028"), 202, KEPT),
    ("Content-Length between spaces and tabs", length(b" \t 28 \t"), 202, KEPT),
    ("a GET whose body is a request", get(b"Content-Length: %d\r\n" % len(HIDDEN)) + HIDDEN, 200, KEPT),
    ("neither length nor coding: an empty body", post(b""), 400, KEPT),
]

CODINGS = [
    ("Transfer-Encoding: chunked, chunked", coding(b"chunked, chunked"), 400, CLOSED),
    ("Transfer-Encoding: chunked, identity", coding(b"chunked, identity"), 400, CLOSED),
    ("Transfer-Encoding: identity, chunked", coding(b"identity, chunked"), 501, CLOSED),
    ("Transfer-Encoding: gzip, chunked", coding(b"gzip, chunked"), 501, CLOSED),
    ("Transfer-Encoding: identity", coding(b"identity"), 501, CLOSED),
    ("Transfer-Encoding: xchunked", coding(b"xchunked"), 501, CLOSED),
    ("Transfer-Encoding: chunkedx", coding(b"chunkedx"), 501, CLOSED),
    ('Transfer-Encoding: "chunked"', coding(b'"chunked"'), 501, CLOSED),
    ("Transfer-Encoding: chunked;q=1", coding(b"chunked;q=1"), 400, CLOSED),
    ("Transfer-Encoding: chunked foo", coding(b"chunked foo"), 400, CLOSED),
    ("Transfer-Encoding: ,chunked", coding(b",chunked"), 400, CLOSED),
    ("Transfer-Encoding: chunked,", coding(b"chunked,"), 400, CLOSED),
    ("Transfer-Encoding, empty", coding(b""), 400, CLOSED),
    ("Transfer-Encoding behind a vertical tab", coding(b"\x0bchunked"), 400, CLOSED),
    ("Transfer-Encoding behind a NUL", coding(b"\0chunked"), 400, CLOSED),
    ("Transfer-Encoding before a bare CR", coding(b"chunked\rX: y"), 400, CLOSED),
    ("Transfer-Encoding with a space before the colon", coding(b"chunked", name=b"Transfer-Encoding : "), 400, CLOSED),
    ("Transfer-Encoding, folded", coding(b"\r\n chunked"), 400, CLOSED),
    ("Transfer-Encoding twice", post(TE + TE, CHUNKS), 400, CLOSED),
    ("Transfer-Encoding twice, then identity", post(TE + b"Transfer-Encoding: identity\r\n", CHUNKS), 400, CLOSED),
    ("Transfer-Encoding behind a bare LF", post(b"X: y\nTransfer-Encoding: chunked\r\n" + CL, COMMAND), 400, CLOSED),
    ("Transfer-Encoding in HTTP/1.0", coding(b"chunked", version=b"HTTP/1.0"), 400, CLOSED),
    ("Transfer-Encoding: CHUNKED", coding(b"CHUNKED"), 202, KEPT),
    ("Transfer-Encoding:chunked, with a tab after it", coding(b"chunked\t", name=b"Transfer-Encoding:"), 202, KEPT),
]

CHUNKED = [
    ("a chunk's size below zero", chunks(b"-1\r\n"), 400, CLOSED),
    ("a chunk's size with a plus", chunks(b"+" + ONE + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a chunk's size with 0x", chunks(b"0x" + ONE + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a chunk's size that is none", chunks(b"g\r\n"), 400, CLOSED),
    ("a chunk without a size", chunks(DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a space before a chunk's size", chunks(b" " + ONE + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a space after a chunk's size", chunks(ONE + b" " + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a chunk of more than http.max_body", chunks(b"100001\r\n"), 413, CLOSED),
    ("a chunk's size of 2^64 - 1", chunks(b"ffffffffffffffff\r\n"), 413, CLOSED),
    ("a chunk's size of 2^64 and the right one", chunks(b"1" + b"0" * 14 + ONE + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a chunk's size of 400 digits", chunks(b"0" * 398 + ONE + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a bare LF behind a chunk's size", chunks(ONE + b"\n" + COMMAND + b"\r\n0\r\n\r\n"), 400, CLOSED),
    ("a bare CR behind a chunk's size", chunks(ONE + b"\rX" + COMMAND + b"\r\n0\r\n\r\n"), 400, CLOSED),
    ("a bare LF behind a chunk", chunks(ONE + b"\r\n" + COMMAND + b"\n0\r\n\r\n"), 400, CLOSED),
    ("no CRLF behind a chunk", chunks(ONE + b"\r\n" + COMMAND + b"0\r\n\r\n"), 400, CLOSED),
    ("other bytes behind a chunk", chunks(ONE + b"\r\n" + COMMAND + b"XX0\r\n\r\n"), 400, CLOSED),
    ("a chunk extension of 17,000 bytes", chunks(ONE + b";" + b"x" * 17000 + DATA + b"0\r\n\r\n"), 431, CLOSED),
    ("17,000 bytes of chunk extensions in all", chunks((b"1;" + b"x" * 999 + b"\r\n \r\n") * 17 + b"0\r\n\r\n"), 431, CLOSED),
    ("a NUL in a chunk extension", chunks(ONE + b";\0" + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a bare LF in a chunk extension", chunks(ONE + b";a\nb" + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a bare CR in a chunk extension", chunks(ONE + b";a\rb" + DATA + b"0\r\n\r\n"), 400, CLOSED),
    ("a trailer Content-Length", chunks(ONE + DATA + b"0\r\nContent-Length: 99\r\n\r\n"), 400, CLOSED),
    ("a trailer Transfer-Encoding", chunks(ONE + DATA + b"0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, CLOSED),
    ("a trailer Host", chunks(ONE + DATA + b"0\r\nHost: other\r\n\r\n"), 400, CLOSED),
    ("a trailer that is folded", chunks(ONE + DATA + b"0\r\nX: y\r\n z\r\n\r\n"), 400, CLOSED),
    ("a trailer that ends in a bare LF", chunks(ONE + DATA + b"0\r\nX: y\n\r\n"), 400, CLOSED),
    ("a trailer without a colon", chunks(ONE + DATA + b"0\r\nGET /health HTTP/1.1\r\n\r\n"), 400, CLOSED),
    ("trailers of 17,000 bytes", chunks(ONE + DATA + b"0\r\n" + b"X: y\r\n" * 2900 + b"\r\n"), 431, CLOSED),
    ("a trailer, which is passed over", chunks(ONE + DATA + b"0\r\nX: y\r\n\r\n"), 202, KEPT),
    ("chunk extensions, which are passed over", chunks(ONE + b';a=b;c="d e"' + DATA + b"00;x\r\n\r\n"), 202, KEPT),
]

LINES = [
    ("HTTP/0.9: GET /health", b"GET /health\r\n", 400, CLOSED),
    ("GET /health HTTP/0.9", get(version=b"HTTP/0.9"), 505, CLOSED),
    ("GET /health HTTP/2.0", get(version=b"HTTP/2.0"), 505, CLOSED),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"), 505, CLOSED),
    ("a TLS ClientHello", HELLO, 400, CLOSED),
    ("an SSH banner", b"SSH-2.0-x\r\n", 400, CLOSED),
    ("GET /health http/1.1", get(version=b"http/1.1"), 400, CLOSED),
    ("GET /health HTTP/1.10", get(version=b"HTTP/1.10"), 400, CLOSED),
    ("GET /health HTTP/1", get(version=b"HTTP/1"), 400, CLOSED),
    ("two spaces in the request line", get(target=b" /health"), 400, CLOSED),
    ("a tab in the request line", b"GET\t/health HTTP/1.1\r\n" + H + b"\r\n", 400, CLOSED),
    ("a space behind the request line", get(version=b"HTTP/1.1 "), 400, CLOSED),
    ("a space before the request line", b" " + get(), 400, CLOSED),
    ("two empty lines before the request line", b"\r\n\r\n" + get(), 400, CLOSED),
    ("a method of 33 letters", get(method=b"A" * 33), 501, CLOSED),
    ("a method with a colon", get(method=b"GET:"), 400, CLOSED),
    ("CONNECT h:443", get(method=b"CONNECT", target=b"h:443"), 501, CLOSED),
    ("GET *", get(target=b"*"), 400, CLOSED),
    ("GET health", get(target=b"health"), 400, CLOSED),
    ("a target of an authority", get(target=b"h:80"), 400, CLOSED),
    ("http:///health", get(target=b"http:///health"), 400, CLOSED),
    ("http://user@h/health", get(target=b"http://user@h/health"), 400, CLOSED),
    ("http://h:1:2/health", get(target=b"http://h:1:2/health"), 400, CLOSED),
    ("ftp://h/health", get(target=b"ftp://h/health"), 400, CLOSED),
    ("a fragment in the target", get(target=b"/health#x"), 400, CLOSED),
    ("a space in the target", get(target=b"/hea lth"), 400, CLOSED),
    ("a NUL in the target", get(target=b"/health\0"), 400, CLOSED),
    ("a control byte in the target", get(target=b"/health\x01"), 400, CLOSED),
    ("a bare CR in the target", get(target=b"/health\r/x"), 400, CLOSED),
    ("a byte beyond ASCII in the target", get(target=b"/h\xc3\xa4"), 400, CLOSED),
    ("a target of 8,193 bytes", get(target=b"/" + b"a" * 8192), 414, CLOSED),
    ("a request line of 100,000 bytes", get(target=b"/" + b"a" * 100000), 414, CLOSED),
    ("100,000 bytes without a line's end", b"A" * 100000, 414, CLOSED),
    ("an unknown method", get(method=b"BREW"), 501, KEPT),
    ("a method in small letters", get(method=b"get"), 501, KEPT),
    ("TRACE", get(method=b"TRACE"), 405, KEPT),
    ("OPTIONS *", get(method=b"OPTIONS", target=b"*"), 204, KEPT),
    ("http://other/health, which beats Host", get(target=b"http://other/health"), 200, KEPT),
    ("%00 in the target", get(target=b"/health%00"), 400, KEPT),
    ("%zz in the target", get(target=b"/%zz"), 400, KEPT),
    ("/commands/../health", get(target=b"/commands/../health"), 400, KEPT),
    ("/%2e%2e/health", get(target=b"/%2e%2e/health"), 404, KEPT),
    ("//health", get(target=b"//health"), 404, KEPT),
    ("an empty line before the request line", b"\r\n" + get(), 200, KEPT),
    ("GET /health HTTP/1.7", get(version=b"HTTP/1.7"), 200, KEPT),
]

FIELDS = [
    ("no Host", get(host=b""), 400, CLOSED),
    ("two Hosts", get(b"Host: other\r\n"), 400, CLOSED),
    ("two Hosts, the same", get(H), 400, CLOSED),
    ("a Host of two words", get(host=b"Host: a b\r\n"), 400, CLOSED),
    ("a Host with a path", get(host=b"Host: a/b\r\n"), 400, CLOSED),
    ("a Host with a user", get(host=b"Host: u@h\r\n"), 400, CLOSED),
    ("a Host with two ports", get(host=b"Host: h:1:2\r\n"), 400, CLOSED),
    ("a Host whose port is a word", get(host=b"Host: h:http\r\n"), 400, CLOSED),
    ("a Host with an open bracket", get(host=b"Host: [::1\r\n"), 400, CLOSED),
    ("a Host with bytes behind a bracket", get(host=b"Host: [::1]x\r\n"), 400, CLOSED),
    ("lines that end in LF", get().replace(b"\r\n", b"\n"), 400, CLOSED),
    ("a field that ends in LF", get(b"X: y\nZ: z\r\n"), 400, CLOSED),
    ("a head that ends in LF", get()[:-2] + b"\n", 400, CLOSED),
    ("a bare CR in a value", get(b"X: a\rb\r\n"), 400, CLOSED),
    ("a bare CR at a line's end", get(b"X: a\r\r\n"), 400, CLOSED),
    ("a NUL in a value", get(b"X: a\0b\r\n"), 400, CLOSED),
    ("an escape in a value", get(b"X: \x1b[31m\r\n"), 400, CLOSED),
    ("a DEL in a value", get(b"X: \x7f\r\n"), 400, CLOSED),
    ("a NUL in a name", get(b"X\0: a\r\n"), 400, CLOSED),
    ("a control byte in a name", get(b"X\x01: a\r\n"), 400, CLOSED),
    ("a parenthesis in a name", get(b"X(: a\r\n"), 400, CLOSED),
    ("a byte beyond ASCII in a name", get(b"\xc3\xa4: a\r\n"), 400, CLOSED),
    ("a space before the colon", get(b"X : a\r\n"), 400, CLOSED),
    ("a tab before the colon", get(b"X\t: a\r\n"), 400, CLOSED),
    ("no name", get(b": a\r\n"), 400, CLOSED),
    ("no colon", get(b"X\r\n"), 400, CLOSED),
    ("a folded field", get(b"X: a\r\n b\r\n"), 400, CLOSED),
    ("a field folded with a tab", get(b"X: a\r\n\tb\r\n"), 400, CLOSED),
    ("white space before the first field", get(host=b" X: a\r\n" + H), 400, CLOSED),
    ("a field of 17,000 bytes", get(b"X: " + b"a" * 17000 + b"\r\n"), 431, CLOSED),
    ("3,000 fields", get(b"X: y\r\n" * 3000), 431, CLOSED),
    ("a field without an end", get(b"X: " + b"a" * 100000), 431, CLOSED),
    ("a name of 17,000 bytes", get(b"X" * 17000 + b": y\r\n"), 431, CLOSED),
    ("two Content-Types", post(b"Content-Type: text/plain\r\n" + CL, COMMAND), 400, CLOSED),
    ("bytes beyond ASCII in a value", get(b"X: \x80\xff\r\n"), 200, KEPT),
    ("Host, empty", get(host=b"Host:\r\n"), 200, KEPT),
    ("a Host of IPv6 with a port", get(host=b"Host: [::1]:3000\r\n"), 200, KEPT),
    ("HTTP/1.0 without Host", get(b"Connection: keep-alive\r\n", version=b"HTTP/1.0", host=b""), 200, KEPT),
    ("Upgrade: h2c, which is passed over", get(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"), 200, KEPT),
    ("Connection: Content-Length, which changes nothing", post(b"Connection: Content-Length\r\n" + CL, COMMAND), 202, KEPT),
    ("X-HTTP-Method-Override, which changes nothing", get(b"X-HTTP-Method-Override: POST\r\n"), 200, KEPT),
    ("Expect with the body at hand", post(b"Expect: 100-continue\r\n" + CL, COMMAND), 202, KEPT),
    ("Expect without a body", get(b"Expect: 100-continue\r\n"), 200, KEPT),
    ("Expect of something else, which is passed over", get(b"Expect: 200-ok\r\n"), 200, KEPT),
    ("Expect before a body that is not wanted", post(b"Expect: 100-continue\r\nContent-Length: 9999999\r\n"), 413, CLOSED),
    ("Expect and a malformed length", post(b"Expect: 100-continue\r\nContent-Length: +5\r\n"), 400, CLOSED),
]

GROUPS = [
    ("Where a body ends", LENGTHS), ("Transfer codings", CODINGS), ("Chunks", CHUNKED), ("Request lines", LINES), ("Fields", FIELDS),
]
