#!/usr/bin/python3
"""HTTPS: what is spoken and what is not, certificates of clients, certificates changed under load, and clients that hold
handshakes back, send garbage or cut records in pieces. See lib.py."""
import gzip
import http.client
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from lib import CMDRCTL, CMDRD, Daemon, check, free_port, wait_until

where = tempfile.mkdtemp(prefix="cmdr-tls-")
path = lambda name: os.path.join(where, name)


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
            "-out", name + ".pem", "-days", "2", "-subj", "/CN=" + name)


def certificate(name, ca, subject, days=2, key=("rsa:2048",)):
    openssl("req", "-newkey", *key, "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", subject)
    with open(path("ext"), "w") as f:
        f.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl("x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial", "-days", str(days),
            "-extfile", "ext", "-out", name + ".pem")


class Secure(Daemon):
    """With a listener of TLS beside the plain one of the loopback."""

    def __init__(self, tls=None, **kw):
        super().__init__("embedded", **kw)
        self.tls_port = free_port()
        for name in ("server", "server.key"):
            source = name if name.endswith(".key") else name + ".pem"
            shutil.copy(path(source), os.path.join(self.dir, source))
        self.options["http"]["listen"] = '["127.0.0.1:%d", "tls:127.0.0.1:%d"]' % (self.port, self.tls_port)
        self.options["tls"] = {"certificate": os.path.join(self.dir, "server.pem"), "key": os.path.join(self.dir, "server.key"), **(tls or {})}
        self.write()

    def context(self, cert=None):
        c = ssl.create_default_context(cafile=path("ca.pem"))
        if cert:
            c.load_cert_chain(path(cert + ".pem"), path(cert + ".key"))
        return c

    def secure(self, cert=None, timeout=30, context=None):
        return http.client.HTTPSConnection("127.0.0.1", self.tls_port, timeout=timeout, context=context or self.context(cert))

    def socket(self, context=None, cert=None):
        s = socket.create_connection(("127.0.0.1", self.tls_port), timeout=30)
        return (context or self.context(cert)).wrap_socket(s, server_hostname="127.0.0.1")

    def serial(self):
        with self.socket() as s:
            return s.getpeercert()["serialNumber"]

    def reload(self):
        before = len(self.grep("generation [0-9]+ is running"))
        failed = len(self.grep("reload: .*goes on"))
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.grep("generation [0-9]+ is running")) > before or len(self.grep("reload: .*goes on")) > failed, 60,
                   "a reload")
        return len(self.grep("reload: .*goes on")) == failed


def s_client(d, *args, data=b""):
    p = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % d.tls_port, "-CAfile", path("ca.pem"), *args],
                       input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return p.returncode, p.stdout.decode("utf-8", "replace")


def the_face_over_tls():
    d = Secure().start()
    c = d.secure()
    for i in range(20):
        status, headers, text = d.post({"action": "create-foo", "data": {"i": i}}, conn=c)
        check(status == 202, "%d %r" % (status, text))
    record = headers["Location"]
    def read(where):
        c.request("GET", where)
        r = c.getresponse()
        text = r.read()
        return json.loads(text) if r.status == 200 else None

    # the index has it a moment later
    check(wait_until(lambda: read(record), 20, "a record")["data"] == {"i": 19}, "a record")
    # large in both ways, and many records of TLS
    big = {"action": "create-foo", "data": {"text": "".join(random.choice("abc") for _ in range(900000))}}
    status, headers, text = d.post(big, conn=c)
    check(status == 202, "%d %r" % (status, text[:200]))
    check(wait_until(lambda: read(headers["Location"]), 20, "a large record")["data"] == big["data"], "900,000 bytes came back otherwise")
    status, _, text = d.post(gzip.compress(json.dumps([big] * 8).encode()), conn=c, headers={"Content-Encoding": "gzip"})
    check(status == 413, "a bomb: %d" % status)
    # the same resource is told the same way
    _, _, plain = d.get("/openapi.json")
    c = d.secure()
    c.request("GET", "/openapi.json")
    check(c.getresponse().read() == plain, "/openapi.json differs")
    # a request that is refused is answered, and the end of the connection is said
    with d.socket() as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        text = s.recv(65536)
        check(text.startswith(b"HTTP/1.1 400 "), repr(text))
        check(s.recv(100) == b"", "it goes on")
    # the length of the head is bounded as elsewhere
    with d.socket() as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: %s\r\n" % (b"y" * 9000) * 3 + b"\r\n")
        check(b" 431 " in s.recv(65536), "431")
    # 100 Continue
    with d.socket() as s:
        body = b'{"action":"create-foo","data":{}}'
        s.sendall(b"POST /commands HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                  b"Expect: 100-continue\r\n\r\n" % len(body))
        check(s.recv(100).startswith(b"HTTP/1.1 100 "), "100")
        s.sendall(body)
        check(s.recv(65536).startswith(b"HTTP/1.1 202 "), "202")
    # pipelined, in one record and in records of one byte
    requests = b"".join(b"GET /health?%d HTTP/1.1\r\nHost: a\r\n\r\n" % i for i in range(50))
    for pieces in ([requests], [bytes([b]) for b in requests]):
        with d.socket() as s:
            for p in pieces:
                s.sendall(p)
            got = b""
            while got.count(b"HTTP/1.1 200 ") < 50:
                more = s.recv(65536)
                check(more, "only %d of 50" % got.count(b"HTTP/1.1 200 "))
                got += more
    d.stop()


def cmdrctl_over_tls():
    d = Secure()
    d.options["http"]["listen"] = '["tls:127.0.0.1:%d"]' % d.tls_port
    d.write()
    d.alive = lambda: subprocess.run([CMDRCTL, "ready", "-f", d.conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    d.ready = d.alive
    d.start()
    run = lambda *args: subprocess.run([CMDRCTL, *args, "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    p = run("send", "create-foo", "k=v")
    check(p.returncode == 0, "%r" % p)
    # another than the configured one is not believed
    shutil.copyfile(path("client.pem"), os.path.join(d.dir, "server.pem"))
    p = run("send", "create-foo", "k=v")
    check(p.returncode != 0 and "nothing answers" in p.stdout, "%r" % p)
    d.stop()


def streams_over_tls():
    d = Secure(extra={"sse": {"heartbeat": "1s"}}).start()
    with d.socket() as s:
        s.sendall(b"GET /commands/updates HTTP/1.1\r\nHost: a\r\n\r\n")
        got = s.recv(65536)
        c = d.secure()
        for i in range(200):
            check(d.post({"action": "create-foo", "data": {"i": i, "pad": "x" * 3000}}, conn=c)[0] == 202, "a command")
        while got.count(b"event: command") < 200:
            more = s.recv(65536)
            check(more, "the stream ended")
            got += more
        # heartbeats go on, and what the client says meanwhile is dropped
        s.sendall(b"what?")
        n = got.count(b"id: ")
        while got.count(b"id: ") <= n + 2:
            got += s.recv(65536)
    # one that does not read is cut, and one that hangs up is forgotten
    slow = d.socket()
    slow.sendall(b"GET /commands/updates HTTP/1.1\r\nHost: a\r\n\r\n")
    opened = lambda: int([x for x in d.get("/metrics")[2].decode().splitlines() if x.startswith("cmdr_http_open ")][0].split()[1])
    wait_until(lambda: opened() >= 2, 10, "the stream to be open")
    slow.close()
    wait_until(lambda: opened() <= 2, 10, "the stream to be forgotten")
    # a reload ends streams in the manner of TLS: the answer is whole
    with d.socket() as s:
        s.sendall(b"GET /commands/updates HTTP/1.1\r\nHost: a\r\n\r\n")
        s.recv(100)
        check(d.reload(), "reload")
        got, more = b"", b"x"
        while more:
            more = s.recv(65536)
            got += more
        check(got.endswith(b"0\r\n\r\n"), "a stream that was not ended: %r" % got[-50:])
    d.stop()


def sessions_are_resumed():
    """By any worker, and no more once there is another certificate."""
    d = Secure(workers=4).start()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = d.context()
        context.maximum_version = version
        session, reused = None, 0
        for i in range(40):
            with socket.create_connection(("127.0.0.1", d.tls_port), timeout=30) as raw, \
                    context.wrap_socket(raw, server_hostname="127.0.0.1", session=session) as s:
                reused += s.session_reused
                s.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
                check(s.recv(1000).startswith(b"HTTP/1.1 200 "), "/health")
                session = session or s.session
        check(reused == 39, "%s: %d of 39 were resumed" % (version, reused))
    check(d.reload(), "reload")
    with socket.create_connection(("127.0.0.1", d.tls_port), timeout=30) as raw, \
            context.wrap_socket(raw, server_hostname="127.0.0.1", session=session) as s:
        check(not s.session_reused, "a session of the former generation")
        s.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        check(s.recv(1000).startswith(b"HTTP/1.1 200 "), "/health")
    d.stop()


def what_is_spoken():
    d = Secure().start()
    for version, good in (("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
        status, text = s_client(d, version, "-cipher", "DEFAULT:@SECLEVEL=0")
        check((status == 0) == good, "%s: %d\n%s" % (version, status, text[-800:]))
    for cipher in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "NULL-SHA256", "AECDH-AES128-SHA"):
        status, text = s_client(d, "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")
        check(status != 0, "%s was taken:\n%s" % (cipher, text[-800:]))
    for cipher in ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"):
        check(s_client(d, "-tls1_2", "-cipher", cipher)[0] == 0, cipher)
    status, text = s_client(d, "-alpn", "h2,http/1.1")
    check(status == 0 and "ALPN protocol: http/1.1" in text, text[-800:])
    status, text = s_client(d, "-alpn", "h2")
    check(status != 0, "h2 alone was taken:\n%s" % text[-800:])
    # renegotiation is refused
    status, text = s_client(d, "-tls1_2", data=b"R\n")
    check("no renegotiation" in text or "ssl3_read_bytes" in text or status != 0, text[-800:])
    # a request without TLS is told so
    c = http.client.HTTPConnection("127.0.0.1", d.tls_port, timeout=30)
    c.request("GET", "/health")
    r = c.getresponse()
    check(r.status == 400 and b"use https" in r.read(), "plain HTTP")
    check(s_client(d, "-tls1_3")[1].count("Verify return code: 0 (ok)") >= 1, "the chain")
    d.stop()
    d = Secure({"min_version": '"1.3"'}).start()
    check(s_client(d, "-tls1_2")[0] != 0 and s_client(d, "-tls1_3")[0] == 0, "min_version 1.3")
    d.stop()


def clients_certificates():
    for mode in ("optional", "required"):
        d = Secure({"client_ca": path("ca.pem"), "client_certificates": mode}).start()

        def tried(cert):
            try:
                c = d.secure(cert)
                c.request("GET", "/health")
                return c.getresponse().status
            except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
                return "refused"

        got = {cert: tried(cert) for cert in (None, "client", "stranger", "late")}
        want = {None: 200 if mode == "optional" else "refused", "client": 200, "stranger": "refused", "late": "refused"}
        check(got == want, "%s: %r" % (mode, got))
        d.stop()


def certificates_change_under_load():
    d = Secure().start()
    failed, sent, ending = [], [0], [False]

    def client(kept):
        c = None
        while not ending[0]:
            try:
                c = c or d.secure()
                status, headers, text = d.post({"action": "create-foo", "data": {}}, conn=c)
                sent[0] += 1
                if status != 202:
                    failed.append((status, text))
                # what a client does with an answer that says that it is the last
                if headers.get("Connection") == "close" or not kept:
                    c.close()
                    c = None
            except (OSError, http.client.HTTPException) as e:
                failed.append(repr(e))
                c = None
        if c:
            c.close()

    threads = [threading.Thread(target=client, args=(i % 2 == 0,)) for i in range(6)]
    for t in threads:
        t.start()
    serials = {d.serial()}
    for i in range(5):
        certificate("next", "ca", "/CN=127.0.0.1", key=("rsa:2048",) if i % 2 else ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"))
        for name in ("pem", "key"):
            shutil.copy(path("next." + name), os.path.join(d.dir, "server." + name))
        check(d.reload(), "reload %d: %s" % (i, d.tail()))
        wait_until(lambda: d.serial() not in serials, 20, "the next certificate")
        serials.add(d.serial())
    # the key of another certificate, a passphrase, none at all, no certificate: the former ones go on
    certificate("other", "ca", "/CN=127.0.0.1")
    openssl("rsa", "-aes128", "-passout", "pass:secret", "-in", "other.key", "-out", "locked.key")
    now = d.serial()
    for source, told in (("other.key", "expected the key of tls.certificate"), ("locked.key", "it is encrypted"), ("ext", "expected a private key")):
        shutil.copyfile(path(source), os.path.join(d.dir, "server.key"))
        check(not d.reload(), "%s was taken" % source)
        check(d.grep(told), "%s is not told: %s" % (told, d.tail()))
    shutil.copy(path("next.key"), os.path.join(d.dir, "server.key"))
    os.chmod(os.path.join(d.dir, "server.key"), 0o644)
    check(not d.reload() and d.grep("only its owner and group can read"), "a key for all: %s" % d.tail())
    # a worker that starts again needs no file
    for name in ("server.key", "server.pem"):
        os.unlink(os.path.join(d.dir, name))
    ending[0] = True
    for t in threads:
        t.join()
    check(not failed, "%d of %d failed: %r" % (len(failed), sent[0], failed[:3]))
    for pid in d.pids("worker"):
        os.kill(pid, signal.SIGKILL)
    d.wait_ready()
    wait_until(lambda: d.serial() == now, 20, "the certificate after a restart")
    check(not d.reload() and d.grep("tls.certificate cannot be opened"), "a missing certificate: %s" % d.tail())
    p = subprocess.run([CMDRD, "-n", "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(p.returncode != 0 and "tls.certificate cannot be opened" in p.stdout, p.stdout)
    d.stop()
    return "%d requests, none failed, 5 certificates" % sent[0]


def handshakes_held_back():
    d = Secure({"handshake_timeout": "2s", "max_handshakes": "50"}, workers=1).start()
    held = []
    for i in range(200):
        s = socket.create_connection(("127.0.0.1", d.tls_port), timeout=30)
        # the beginning of a hello, and no more
        s.sendall(b"\x16\x03\x01\x02\x00\x01"[:i % 7])
        held.append(s)
        if i % 20 == 0:
            c = d.secure()
            c.request("GET", "/health")
            check(c.getresponse().status == 200, "an honest client")
            c.close()
    start = time.monotonic()
    for s in held:
        try:
            while s.recv(1000):
                pass
        except ConnectionError:
            pass
    check(time.monotonic() - start < 30, "a handshake without an end")
    count = lambda name: int([x for x in d.get("/metrics")[2].decode().splitlines() if x.startswith("cmdr_tls_%s_total " % name)][0].split()[1])
    check(count("handshakes") >= 10 and count("failed") >= 150, "%d %d" % (count("handshakes"), count("failed")))
    d.stop()
    return "%d done, %d failed" % (10, 200)


def garbage_and_pieces():
    # A length that was spoilt makes the server wait for more, and the client for an answer.
    d = Secure({"handshake_timeout": "2s"}, workers=1, extra={"http": {"idle_timeout": "3s", "request_timeout": "3s"}}).start()
    rnd = random.Random(7)
    for i in range(300):
        with socket.create_connection(("127.0.0.1", d.tls_port), timeout=30) as s:
            try:
                s.sendall(bytes(rnd.randrange(256) for _ in range(rnd.randrange(1, 400))) if i % 2 else
                          b"\x16\x03\x01\xff\xff" + bytes(rnd.randrange(256) for _ in range(rnd.randrange(1, 400))))
            except ConnectionError:
                pass
    # a client behind a wire that cuts everything in pieces, flips a bit now and then, or ends at any byte
    for i in range(60):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = d.context().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        with socket.create_connection(("127.0.0.1", d.tls_port), timeout=30) as s:
            spoil, sent, got = rnd.choice([None, rnd.randrange(3000)]), 0, b""

            def flush():
                nonlocal sent
                data = outgoing.read()
                while data:
                    n = rnd.randrange(1, 40)
                    piece = bytearray(data[:n])
                    if spoil is not None and sent <= spoil < sent + len(piece):
                        piece[spoil - sent] ^= 1 << rnd.randrange(8)
                    s.sendall(bytes(piece))
                    sent += len(piece)
                    data = data[n:]

            def step(f):
                while True:
                    try:
                        return f()
                    except ssl.SSLWantReadError:
                        flush()
                        more = s.recv(rnd.randrange(1, 200))
                        if not more:
                            raise ConnectionError("ended")
                        incoming.write(more)

            try:
                step(tls.do_handshake)
                for j in range(3):
                    tls.write(b"GET /commands?limit=%d HTTP/1.1\r\nHost: a\r\nX-Pad: %s\r\n\r\n" % (j + 1, b"p" * rnd.randrange(500)))
                    flush()
                    got = b""
                    while b"\r\n\r\n" not in got:
                        got += step(lambda: tls.read(4096))
                    check(got.startswith(b"HTTP/1.1 200 "), repr(got[:100]))
            except (ssl.SSLError, ConnectionError):
                check(spoil is not None, "a sound client was cut")
    check(d.get("/health")[0] == 200 and not d.grep("died of signal"), d.tail())
    d.stop()


def a_certificate_that_expires():
    d = Secure().start()
    # by one worker, and another may be ready before
    told = lambda what: wait_until(lambda: d.grep("tls.certificate " + what), 20, what)
    told("expires in [0-9]+ (hours|days): put the next one there")
    left = lambda: [float(x.split()[1]) for x in d.get("/metrics")[2].decode().splitlines()
                    if x.startswith("cmdr_tls_certificate_expires_seconds ")][0]
    check(86400 < left() <= 2 * 86400, "%r" % left())
    for days, what in ((10, "expires in (9|10) days"), (-1, "has expired")):
        certificate("next", "ca", "/CN=127.0.0.1", days=days)
        for name in ("pem", "key"):
            shutil.copy(path("next." + name), os.path.join(d.dir, "server." + name))
        check(d.reload(), d.tail())
        told(what)
    # the former workers answer those whom they accepted
    wait_until(lambda: left() < 0, 20, "the metric of the next certificate")
    certificate("next", "ca", "/CN=127.0.0.1", days=90)
    for name in ("pem", "key"):
        shutil.copy(path("next." + name), os.path.join(d.dir, "server." + name))
    check(d.reload(), d.tail())
    wait_until(lambda: left() > 14 * 86400, 20, "the metric of the last certificate")
    check(len(d.grep("tls.certificate .*expire")) == 3, d.tail())
    d.stop()


TESTS = [
    ("the face over TLS", the_face_over_tls),
    ("cmdrctl over TLS", cmdrctl_over_tls),
    ("streams over TLS", streams_over_tls),
    ("sessions are resumed", sessions_are_resumed),
    ("what is spoken", what_is_spoken),
    ("clients' certificates", clients_certificates),
    ("certificates change under load", certificates_change_under_load),
    ("a certificate that expires", a_certificate_that_expires),
    ("handshakes held back", handshakes_held_back),
    ("garbage and pieces", garbage_and_pieces),
]


def main():
    import lib
    authority("ca")
    authority("foreign")
    certificate("server", "ca", "/CN=127.0.0.1")
    certificate("client", "ca", "/O=Example/CN=billing")
    certificate("stranger", "foreign", "/CN=billing")
    certificate("late", "ca", "/CN=billing", days=-1)
    try:
        lib.main(TESTS)
    finally:
        shutil.rmtree(where, ignore_errors=True)


if __name__ == "__main__":
    main()
