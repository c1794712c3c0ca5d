#!/usr/bin/env python3
# seeds.py SRCDIR OUT: a folder of seeds for each fuzz target, OUT/fuzz_NAME, made of the golden vectors and the
# installed configuration. Seeds over 4 KiB are left out: they make a fuzzer slow and find nothing more.
import ast
import hashlib
import os
import re
import ssl
import sys

TARGETS = {
    "application/json": "fuzz_json",
    "application/edn": "fuzz_edn",
    "application/transit+json": "fuzz_transit_json",
    "application/transit+json;verbose": "fuzz_transit_json",
    "application/transit+msgpack": "fuzz_transit_msgpack",
    "application/fressian": "fuzz_fressian",
    "application/x-www-form-urlencoded": "fuzz_form",
}
ACCEPTS = ["*/*", "application/*;q=0.5, text/html", "application/json; charset=utf-8", "text/html;q=0",
           'application/transit+json; verbose="true";q=0.123']

REQUESTS = [
    b"GET /x?y HTTP/1.1\r\nHost: h\r\nAccept: a\r\nAccept: b\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
    b"\r\nOPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
    b"POST http://h/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: v\r\n\r\n",
]

TOKENS = ["AQECAwQFBgQBrAIAAg", "AQECAwQFBgIBAA", "AQECAwQFBgA", "AQECAwQFBgH__________38B"]

# A token, header and claims to be signed, sets of keys, as fuzz_jwt.c tells them apart.
JWTS = [
    't{"alg":"ES256"}',
    's{"alg":"ES256"}\n{"sub":"alice","exp":1800000060}',
    's{"typ":"at+jwt","alg":"ES256","crit":["exp"],"b64":false,"kid":"a"}\n{}',
    's{"typ":"JWT","alg":"ES256"}\n{"iss":"joe","aud":["a","cmdr"],"azp":"x","exp":1.8e10,"nbf":0.5,"iat":-1,'
    '"https://a.example/user":"u\\u00e9"}',
    's{"alg":"ES256"}\n{"iss":"joe","aud":"cmdr","azp":"x","exp":9007199254740993,"nbf":1e400}',
    'k{"keys":[{"kty":"RSA","use":"sig","key_ops":["verify"],"alg":"RS256","kid":"a","n":"AQAB","e":"AQAB","d":"AA"}]}',
    'k{"keys":[{"kty":"oct","k":"AA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}',
]

SCHEMA_DATA = ['{:a 1 "b" nil :x_a "y"}', '[1 :k 2.50M #{} "a"]', '"ab"', "19.99", "nil"]


def rows(srcdir, name):
    with open(os.path.join(srcdir, "tests/vectors", name), encoding="utf-8", newline="\n") as f:
        for line in f:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


ACCESS = [
    "ta 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b user=ab675ea0-7f6d-11e6-bcdd-540e9df06c05\n# b\n",
    "rsend=invoice/*,a read=commands,* schemas=* rate=5 principal=cert:CN=*,O=Ex\\, a\ncert:CN=b,O=Ex\\2C a",
    "rprincipal=token:*\ntoken:a", "aBearer secret\nCN=a", "a-\nCN=x\\,O=Example", "aBearer a.b.c\n",
]


def vectors(srcdir):
    """The C strings of jwt_vectors.h, by name."""
    with open(os.path.join(srcdir, "tests/jwt_vectors.h"), encoding="utf-8") as f:
        for name, literal in re.findall(r"(\w+)\[\] =\n((?:\t\".*\"\n?)+);", f.read().replace("\";", "\"\n;")):
            yield name, ast.literal_eval("(" + literal + ")").encode()


def hellos():
    """The first bytes of a client of each version, as fuzz_tls.c takes them, then what may follow; and deeds."""
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context()
        context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        out = ssl.MemoryBIO()
        tls = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="cmdr.example")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        hello = out.read()
        for after in (b"", b"\x14\x03\x03\x00\x01\x01" * 3, b"\x15\x03\x03\x00\x02\x01\x00", b"\x17\x03\x03\x00\x20" + b"x" * 32):
            yield b"r" + hello + after
    yield b"rGET / HTTP/1.1\r\n\r\n"
    for old in (0, 1):
        yield b"s" + bytes([old, 0, 9, 3, 9, 1, 1, 0, 9, 1, 0, 6, 1, 0, 200, 3, 99, 5, 0])
        yield b"s" + bytes([old, 0, 9, 2, 17, 0, 9])
        yield b"s" + bytes([old, 7, 0, 0, 9, 4, 5]) + b"\x15\x03\x03\x00\x02"
        yield b"s" + bytes([old]) + bytes([1, 1]) * 80


def seeds(srcdir):
    for row in rows(srcdir, "mapping.tsv"):
        media, encoding, body = row[1], row[3], row[4]
        yield "fuzz_negotiate", media.encode()
        if media in TARGETS:
            yield TARGETS[media], bytes.fromhex(body) if encoding == "hex" else body.encode()
        yield "fuzz_edn", row[5].encode()
    for row in rows(srcdir, "fressian-vectors.tsv"):
        yield "fuzz_edn", row[1].encode()
        yield "fuzz_fressian", bytes.fromhex(row[2])
    for row in rows(srcdir, "fressian-bad.tsv"):
        yield "fuzz_fressian", bytes.fromhex(row[1])
    for row in rows(srcdir, "schema-compatible.tsv"):
        for data in SCHEMA_DATA:
            yield "fuzz_schema", "\n".join((row[2], data, row[3])).encode()
    for text in ACCEPTS:
        yield "fuzz_negotiate", text.encode()
    for text in TOKENS:
        yield "fuzz_token", text.encode()
    for text in ACCESS:
        yield "fuzz_access", text.encode()
    for text in JWTS:
        yield "fuzz_jwt", text.encode()
    for name, text in vectors(srcdir):
        yield "fuzz_jwt", b't' + text if name.endswith("token") else b'k{"keys":[' + text + b']}'
    for data in hellos():
        yield "fuzz_tls", data
    for request in REQUESTS:
        yield "fuzz_guard", request
    for name in ("cmdr.yaml.in", "cmdr-dev.yaml"):
        with open(os.path.join(srcdir, "etc", name), "rb") as f:
            whole = f.read()
        yield "fuzz_config", whole[:4096]
        # The keys that the installed file only comments on.
        yield "fuzz_config", b"\n".join(line[1:] if line.startswith(b"#") and line[1:2] != b" " else line
                                        for line in whole.splitlines())[:4096]


def main(srcdir, out):
    for target, data in seeds(srcdir):
        if len(data) > 4096:
            continue
        folder = os.path.join(out, target)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, hashlib.sha1(data).hexdigest()), "wb") as f:
            f.write(data)


if len(sys.argv) != 3:
    sys.exit("usage: seeds.py SRCDIR OUT")
main(*sys.argv[1:])
