#!/usr/bin/python3
"""Who may come in: tokens, JSON Web Tokens, certificates, rules, limits, the audit log, and reloads of all these under load.
See lib.py. Signatures are made with the openssl tool."""
import base64
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import uuid

from lib import CMDRCTL, CMDRD, Daemon, check, free_port, wait_until

where = tempfile.mkdtemp(prefix="cmdr-access-")
path = lambda name: os.path.join(where, name)


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], check=True, cwd=where, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


b64 = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()


class Key:
    def __init__(self, kid, kind):
        self.kid, self.kind, self.file = kid, kind, path(kid + ".pem")
        if kind == "RS256":
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.file)
        else:
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.file)

    def jwk(self):
        base = {"kid": self.kid, "use": "sig", "alg": self.kind}
        if self.kind == "RS256":
            n = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode().strip().split("=")[1]
            return {**base, "kty": "RSA", "n": b64(bytes.fromhex(n)), "e": "AQAB"}
        der = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")
        return {**base, "kty": "EC", "crv": "P-256", "x": b64(der[-64:-32]), "y": b64(der[-32:])}

    def token(self, claims, alg=None):
        head = {"alg": alg or self.kind, "kid": self.kid, "typ": "JWT"}
        text = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        signature = openssl("dgst", "-sha256", "-sign", self.file, data=text.encode())
        if self.kind == "ES256":
            signature = self.raw(signature)
        return text + "." + b64(signature)

    @staticmethod
    def raw(der):
        """The two numbers of a DER signature, 32 bytes each."""
        out, at = b"", 2
        for _ in range(2):
            n = der[at + 1]
            out += der[at + 2:at + 2 + n].lstrip(b"\0").rjust(32, b"\0")
            at += 2 + n
        return out


class Guarded(Daemon):
    def __init__(self, auth, **kw):
        super().__init__("embedded", **kw)
        self.audit = os.path.join(self.dir, "audit.log")
        self.options["auth"] = {"audit_log": self.audit, **auth}
        self.write()

    def ask(self, method, target, body=None, token=None, headers=None, conn=None):
        h = dict(headers or {})
        if body is not None:
            h.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        if token:
            h["Authorization"] = "Bearer " + token
        c = conn or self.connect()
        c.request(method, target, body, h)
        r = c.getresponse()
        text = r.read()
        if conn is None:
            c.close()
        return r.status, {k.lower(): v for k, v in r.getheaders()}, text

    def send(self, action, token=None, **kw):
        return self.ask("POST", "/commands", {"action": action, "data": {}}, token, **kw)

    def audited(self):
        if not os.path.exists(self.audit):
            return []
        with open(self.audit) as f:
            return [json.loads(line) for line in f]

    def reload(self):
        before, ended = len(self.grep("generation [0-9]+ is running")), len(self.grep("generation [0-9]+ has ended"))
        failed = len(self.grep("reload: .*goes on"))
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.grep("generation [0-9]+ is running")) > before or len(self.grep("reload: .*goes on")) > failed, 60,
                   "a reload")
        if len(self.grep("reload: .*goes on")) != failed:
            return False
        # for a moment both take connections
        wait_until(lambda: len(self.grep("generation [0-9]+ has ended")) > ended, 60, "the former generation to end")
        return True


def make_token(file, name, *args):
    p = subprocess.run([CMDRCTL, "token", name, "--file", file, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(p.returncode == 0, p.stdout)
    return p.stdout.strip()


RULES = """
    - principal: "token:billing*"
      send: ["invoice/*", create-foo]
      read: [commands, events]
    - principal: token:reader
      read: "*"
    - principal: token:schemer
      schemas: ["invoice/*"]
      read: [schemas]
    - principal: token:fast
      send: "*"
      rate: 5
    - principal: jwt:alice
      send: "*"
    - principal: "cert:CN=billing,O=Example"
      send: ["*"]
      read: [commands]"""


def problem(answer, status, slug=None, says=None):
    got, headers, text = answer
    check(got == status, "expected %d: %d %r" % (status, got, text[:300]))
    if slug:
        check(json.loads(text)["type"] == "urn:cmdr:problem:" + slug, text)
    if says:
        check(says in json.loads(text)["detail"], "%r in %r" % (says, text))
    return headers


def tokens_and_rules():
    file = path("tokens")
    user = str(uuid.uuid4())
    billing, reader, schemer, stranger = (make_token(file, n) for n in ("billing-1", "reader", "schemer", "nobody"))
    second = make_token(file, "billing-1", "--user", user)
    check(os.stat(file).st_mode & 0o777 == 0o640, "the file's mode")
    log = path("tokens-access.log")
    d = Guarded({"methods": "bearer", "tokens": file, "rules": RULES},
                extra={"topics": {"schemas": "schemas"}, "http": {"access_log": "common", "access_log_file": log}}).start()
    # what may be sent
    check(d.send("create-foo", billing)[0] == 202 and d.send("invoice/create", second)[0] == 202, "what is allowed")
    problem(d.send("invoices", billing), 403, "forbidden", "token:billing-1 may not send invoices")
    problem(d.send("create-foo", reader), 403, "forbidden", "may not send commands")
    problem(d.send("create-foo", stranger), 403, "forbidden")
    h = problem(d.send("create-foo"), 401, "unauthorized")
    check(h["www-authenticate"] == 'Bearer realm="cmdr"', h)
    h = problem(d.send("create-foo", "cmdr_" + "0" * 64), 401, "unauthorized", "not known")
    check('error="invalid_token"' in h["www-authenticate"], h)
    for bad in ("Basic YTpi", "Bearer", "Bearer a b", "bearer  ", "Token " + billing, billing):
        problem(d.ask("GET", "/commands", headers={"Authorization": bad}), 401, "unauthorized")
    check(d.ask("GET", "/commands", headers={"Authorization": "bEaReR   " + billing})[0] == 200, "another spelling of the scheme")
    # what may be read
    for target, who in (("/commands", (billing, reader)), ("/events", (billing, reader)), ("/schemas", (reader, schemer)), ("/metrics", (reader,)),
                        ("/commands/%s" % uuid.uuid4(), (billing, reader)), ("/events/updates", (billing, reader))):
        for token in (billing, reader, schemer, stranger, None):
            c = d.connect()
            c.request("GET", target, headers={"Authorization": "Bearer " + token} if token else {})
            status = c.getresponse().status
            c.close()
            want = {200, 404} if token in who else {403} if token else {401}
            check(status in want, "%s: %d, expected %r" % (target, status, want))
            status = d.ask("HEAD", target, token=token)[0] if "updates" not in target else 0
            check(status in want | {0}, "HEAD %s: %d" % (target, status))
    for target in ("/", "/health", "/ready", "/openapi.json"):
        check(d.ask("GET", target)[0] == 200, target)
    check(d.ask("OPTIONS", "/commands")[0] == 204 and d.ask("GET", "/none")[0] == 404 and d.ask("PUT", "/commands")[0] == 405, "the open ones")
    doc = json.loads(d.ask("GET", "/openapi.json")[2])
    check(doc["security"] == [{"token": []}] and doc["components"]["securitySchemes"]["token"]["scheme"] == "bearer", doc["security"])
    # schemas
    schema = {"type": "object"}
    put = lambda action, token: d.ask("PUT", "/schemas/" + action, schema, token)
    problem(put("invoice%2Fcreate", billing), 403, "forbidden")
    problem(put("other", schemer), 403, "forbidden", "write the schema of other")
    status, _, text = put("invoice%2Fcreate", schemer)
    check(status == 201 and json.loads(d.ask("GET", "/schemas/invoice%2Fcreate/versions", token=reader)[2])["versions"][0]["by"] == "token:schemer",
          "%d %r" % (status, text))
    hidden, whole = (d.ask("GET", "/openapi.json", token=t)[2] for t in (billing, reader))
    check(b"invoice/create" not in hidden and b"invoice/create" in whole, "schemas in the document")
    # batches: each by itself
    batch = [{"action": "create-foo", "data": {}}, {"action": "nope", "data": {}}]
    status, _, text = d.ask("POST", "/commands", batch, billing)
    results = json.loads(text)["results"]
    check(status == 207 and [r["status"] for r in results] == [202, 403], text)
    check(d.ask("POST", "/commands?atomic=true", batch, billing)[0] == 422, "atomic")
    # keys are the principal's own
    key = {"Idempotency-Key": "k1"}
    one, two = d.send("create-foo", billing, headers=key), d.send("create-foo", second, headers=key)
    check(one[0] == two[0] == 202 and json.loads(one[2])["id"] == json.loads(two[2])["id"], "the same principal's key")
    # the access log knows who it was
    who = {x.split()[2] for x in open(log)}
    check(who >= {"-", "anonymous", "token:billing-1", "token:reader", "token:schemer"}, who)
    # the audit log
    lines = d.audited()
    written = [x for x in lines if x["what"] == "command" and x["outcome"] == "written"]
    check(len(written) == 4 and all(x["principal"] == "token:billing-1" and x["address"] == "127.0.0.1" for x in written), lines)
    check(len([x for x in lines if x["what"] == "command" and x["outcome"] == "written before"]) == 1, lines)
    check(len([x for x in lines if x["what"] == "schema"]) == 1, lines)
    denied = [x for x in lines if x["what"] == "denied"]
    check({x["status"] for x in denied} == {401, 403} and len(denied) > 30, len(denied))
    check(not any(t in open(d.audit).read() or t in open(d.log).read() for t in (billing, reader, schemer)), "a token is in a log")
    # a file that changed, under load: the old one out, a new one in
    new = make_token(file, "billing-2")
    check(d.send("create-foo", new)[0] == 401, "before the reload")
    with open(file) as f:
        left = [x for x in f if not x.startswith("billing-1")]
    with open(file, "w") as f:
        f.writelines(left)
    check(d.reload(), d.tail())
    wait_until(lambda: d.send("create-foo", billing)[0] == 401, 10, "the old token to be refused")
    check(d.send("create-foo", new)[0] == 202, "the new token")
    with open(file, "a") as f:
        f.write("broken line\n")
    check(not d.reload() and d.grep("auth.tokens: line [0-9]+: expected NAME"), d.tail())
    check(d.send("create-foo", new)[0] == 202, "after a bad file")
    d.stop()


def users_are_not_forged():
    file = path("tokens-user")
    user = str(uuid.uuid4())
    own, none = make_token(file, "fast", "--user", user), make_token(file, "billing")
    d = Guarded({"methods": "bearer", "tokens": file, "user": "principal", "rules": RULES}).start()
    send = lambda body, token: d.ask("POST", "/commands", {"action": "create-foo", "data": {}, **body}, token)
    status, _, text = send({}, own)
    check(status == 202 and json.loads(text)["user"] == user, text)
    check(json.loads(send({"user": user}, own)[2])["user"] == user, "its own")
    problem(send({"user": str(uuid.uuid4())}, own), 403, "forbidden", "auth.user")
    problem(send({"user": user}, none), 403, "forbidden", "auth.user")
    check("user" not in json.loads(send({}, none)[2]), "a user from nowhere")
    d.stop()


def json_web_tokens():
    keys = [Key("r1", "RS256"), Key("e1", "ES256")]
    jwks = path("jwks.json")
    with open(jwks, "w") as f:
        json.dump({"keys": [k.jwk() for k in keys]}, f)
    user = str(uuid.uuid4())
    d = Guarded({"methods": "jwt", "jwks": jwks, "jwt_issuer": "https://id.example.com", "jwt_audience": "cmdr", "jwt_user": "uid",
                 "user": "principal", "rules": RULES}, extra={"sse": {"heartbeat": "1s"}}).start()
    now = int(time.time())
    good = {"sub": "alice", "iss": "https://id.example.com", "aud": ["other", "cmdr"], "exp": now + 600, "uid": user}
    for k in keys:
        status, _, text = d.send("anything/at-all", k.token(good))
        check(status == 202 and json.loads(text)["user"] == user, "%s: %d %r" % (k.kind, status, text))
    for change, says in (({"exp": now - 100}, "expired"), ({"nbf": now + 100}, "not valid yet"), ({"aud": "x"}, "audience"), ({"iss": "x"}, "issuer"),
                         ({"exp": None}, "exp"), ({"sub": ""}, "principal"), ({"sub": 7}, "principal")):
        h = problem(d.send("a", keys[0].token({**good, **change})), 401, "unauthorized")
        check(says in h["www-authenticate"], "%r: %r" % (change, h))
    problem(d.send("a", keys[0].token({**good, "sub": "bob"})), 403, "forbidden")
    text = keys[0].token(good)
    problem(d.send("a", text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")), 401)
    head, body, _ = text.split(".")
    problem(d.send("a", b64(b'{"alg":"none"}') + "." + body + "."), 401)
    # the public key as the secret of HS256
    import hashlib
    import hmac
    pem = openssl("pkey", "-in", keys[0].file, "-pubout")
    confused = b64(b'{"alg":"HS256","kid":"r1"}') + "." + body
    problem(d.send("a", confused + "." + b64(hmac.new(pem, confused.encode(), hashlib.sha256).digest())), 401)
    # a stream ends when the token does
    with open(jwks, "w") as f:
        json.dump({"keys": [keys[1].jwk()]}, f)
    d.options["auth"]["rules"] = RULES.replace("- principal: jwt:alice\n      send: \"*\"", "- principal: jwt:alice\n      send: \"*\"\n      read: \"*\"")
    d.options["auth"]["jwt_leeway"] = "0"
    d.write()
    check(d.reload(), d.tail())
    wait_until(lambda: d.send("a", keys[0].token(good))[0] == 401, 10, "the key that was taken away")
    short = keys[1].token({**good, "exp": int(time.time()) + 6})
    c = d.connect()
    c.request("GET", "/commands/updates", headers={"Authorization": "Bearer " + short})
    r = c.getresponse()
    check(r.status == 200, "a stream: %d" % r.status)
    start = time.monotonic()
    while r.read(1000):
        check(time.monotonic() - start < 60, "a stream that outlives its token")
    problem(d.ask("GET", "/commands", token=short), 401)
    # keys that are none
    for text, says in (("{", "auth.jwks"), ('{"keys":[]}', "auth.jwks"), (json.dumps({"keys": [{"kty": "oct", "k": "AAAA"}]}), "auth.jwks")):
        with open(jwks, "w") as f:
            f.write(text)
        check(not d.reload() and d.grep(says), d.tail())
    d.stop()


def certificates():
    run = lambda *a: openssl(*a)
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
        "-subj", "/CN=ca")
    for name, subject in (("server", "/CN=127.0.0.1"), ("billing", "/O=Example/CN=billing"), ("odd", "/O=Example/CN=billing,O=Example")):
        run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", subject)
        with open(path("ext"), "w") as f:
            f.write("subjectAltName=IP:127.0.0.1\n")
        run("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out",
            name + ".pem")
    file = path("tokens-cert")
    token = make_token(file, "billing-9")
    d = Guarded({"methods": "[certificate, bearer]", "tokens": file, "rules": RULES + "\n    - principal: anonymous\n      read: [events]"})
    port = free_port()
    d.options["http"]["listen"] = '["127.0.0.1:%d", "tls:127.0.0.1:%d"]' % (d.port, port)
    d.options["tls"] = {"certificate": path("server.pem"), "key": path("server.key"), "client_ca": path("ca.pem"), "client_certificates": "optional"}
    d.write()
    d.start()

    def over(cert):
        context = ssl.create_default_context(cafile=path("ca.pem"))
        if cert:
            context.load_cert_chain(path(cert + ".pem"), path(cert + ".key"))
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)

    check(d.send("anything", conn=over("billing"))[0] == 202, "its certificate")
    check(d.ask("GET", "/commands", conn=over("billing"))[0] == 200, "its certificate")
    # a comma in a name does not make two of it
    problem(d.send("anything", conn=over("odd")), 403, "forbidden")
    problem(d.send("anything", conn=over(None)), 401, "unauthorized", "certificate")
    check(d.ask("GET", "/events", conn=over(None))[0] == 200 and d.ask("GET", "/events")[0] == 200, "anonymous")
    problem(d.ask("GET", "/commands"), 401)
    # a token says more than the certificate
    problem(d.send("anything", token, conn=over("billing")), 403, "forbidden", "token:billing-9")
    check([x["principal"] for x in d.audited() if x["what"] == "command"] == ["cert:CN=billing,O=Example"], d.audited())
    d.stop()


def how_often():
    file = path("tokens-rate")
    fast, billing = make_token(file, "fast"), make_token(file, "billing")
    d = Guarded({"methods": "bearer", "tokens": file, "rules": RULES}, extra={"limits": {"principal_rate": "1000", "address_rate": "0"}}).start()
    answers = [d.send("a", fast) for _ in range(30)]
    limited = [a for a in answers if a[0] == 429]
    check(4 <= len([a for a in answers if a[0] == 202]) <= 20 and len(limited) > 5, [a[0] for a in answers])
    problem(limited[0], 429, "too-many", "rate in auth.rules")
    check(int(limited[0][1]["retry-after"]) >= 1, limited[0][1])
    check(d.send("create-foo", billing)[0] == 202, "another principal")
    check([x for x in d.audited() if x.get("status") == 429], "the audit log")
    # a batch is as many as it holds
    time.sleep(1.5)
    check(d.ask("POST", "/commands", [{"action": "a", "data": {}}] * 20, fast)[0] == 202, "a batch")
    check(d.send("a", fast)[0] == 429, "after a batch")
    d.options["limits"] = {"address_rate": "10", "address_burst": "20"}
    d.write()
    check(d.reload(), d.tail())
    wait_until(lambda: [d.ask("GET", "/commands", token=billing)[0] for _ in range(60)].count(429) > 10, 20, "429 by address")
    check(d.ask("GET", "/health")[0] == 200 and d.ask("GET", "/ready")[0] == 200, "what a load balancer asks")
    d.stop()


def behind_a_proxy():
    """The address that a proxy tells is believed from the proxies alone, from the end of the list."""
    log = path("access.log")
    d = Guarded({"methods": "none"}, extra={"http": {"proxies": "[127.0.0.2, 10.0.0.0/8, '2001:db8::/32']", "access_log": "json", "access_log_file": log},
                                            "limits": {"address_rate": "2", "address_burst": "2"}}).start()

    def ask(source, forwarded):
        c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=30, source_address=(source, 0))
        c.request("GET", "/commands", headers={"X-Forwarded-For": forwarded} if forwarded else {})
        status = c.getresponse().status
        c.close()
        return status

    rows = (("127.0.0.1", "192.0.2.1", "127.0.0.1"), ("127.0.0.2", "192.0.2.1", "192.0.2.1"), ("127.0.0.2", None, "127.0.0.2"),
            ("127.0.0.2", "192.0.2.66, 192.0.2.2", "192.0.2.2"), ("127.0.0.2", "192.0.2.66, 192.0.2.3 ,10.1.2.3", "192.0.2.3"),
            ("127.0.0.2", "192.0.2.4:1234", "192.0.2.4"), ("127.0.0.2", "[2001:db9::1]:99, 2001:db8::7", "2001:db9::1"),
            ("127.0.0.2", "unknown", "127.0.0.2"), ("127.0.0.2", "192.0.2.1, junk, 10.9.9.9", "10.9.9.9"), ("127.0.0.2", ",", "127.0.0.2"),
            ("127.0.0.2", "::ffff:192.0.2.9", "192.0.2.9"))
    for source, forwarded, _ in rows:
        ask(source, forwarded)
    told = wait_until(lambda: (lambda x: x if len(x) >= len(rows) else None)(
        [json.loads(x)["address"] for x in open(log) if '"GET /commands' in x]), 20, "the access log")
    check(told == [r[2] for r in rows], "%r" % list(zip(told, rows)))
    # whom it is counted for
    answers = [ask("127.0.0.2", "198.51.100.%d" % i) for i in range(30)]
    check(answers.count(200) == 30, answers)
    answers = [ask("127.0.0.2", "198.51.100.77") for i in range(30)]
    check(answers.count(429) > 10, answers)
    d.stop()


def reloads_under_load():
    """Rules and tokens are reloaded while commands come: none fails, and what is not allowed stays so."""
    file = path("tokens-load")
    good, bad = make_token(file, "billing"), make_token(file, "other")
    d = Guarded({"methods": "bearer", "tokens": file, "rules": RULES}).start()
    ending, wrong, sent = [False], [], [0]

    def client(token, want):
        c = None
        while not ending[0]:
            try:
                c = c or d.connect()
                status, headers, text = d.send("create-foo", token, conn=c)
                sent[0] += 1
                if status != want:
                    wrong.append((status, text))
                if headers.get("connection") == "close":
                    c.close()
                    c = None
            except (OSError, http.client.HTTPException) as e:
                wrong.append(repr(e))
                c = None

    threads = [threading.Thread(target=client, args=a) for a in ((good, 202), (good, 202), (bad, 403), ("x" * 40, 401))]
    for t in threads:
        t.start()
    for i in range(10):
        make_token(file, "more-%d" % i)
        check(d.reload(), d.tail())
    # the log moves
    os.rename(d.audit, d.audit + ".1")
    d.process.send_signal(signal.SIGUSR1)
    wait_until(lambda: os.path.exists(d.audit) and os.path.getsize(d.audit) > 0, 20, "the next audit log")
    ending[0] = True
    for t in threads:
        t.join()
    d.stop()
    check(not wrong, "%d of %d: %r" % (len(wrong), sent[0], wrong[:3]))
    lines = [json.loads(x) for name in (d.audit + ".1", d.audit) for x in open(name)]
    check(len(lines) == sent[0], "%d requests, %d lines" % (sent[0], len(lines)))
    return "%d requests, 10 reloads, a line for each" % sent[0]


def what_is_refused_at_the_start():
    d = Guarded({})
    file = path("tokens-start")
    make_token(file, "a")

    def told(http_listen, auth, says, tls=None):
        with open(d.conf, "w") as f:
            f.write("http:\n  listen: %s\n%s\n%s\n" % (http_listen, auth, tls or ""))
        p = subprocess.run([CMDRD, "-n", "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check((p.returncode == 0) == (says is None) and (says is None or says in p.stdout), "%s %s: %s" % (http_listen, auth, p.stdout))

    told("3000", "", "other machines can connect")
    told("'[::]:3000'", "", "other machines can connect")
    told("3000", "auth: none", None)
    told("3000", "auth: bearer", "bearer needs a file of tokens")
    told("3000", "auth: nobody", "there is no such way")
    told("[127.0.0.1:3000, '[::1]:3000', 'unix:/run/x']", "", None)
    told("3000", "auth:\n  methods: [none, bearer]\n  tokens: %s" % file, "found both")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s" % file, "expected at least one rule")
    told("127.0.0.1:1", "auth:\n  tokens: %s" % file, "expected how clients say who they are")
    told("3000", "auth:\n  methods: none\n  rules: [{principal: 'token:a'}]", "which would not hold")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{principal: 'token:*', send: '*'}]" % file, None)
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{send: '*'}]" % file, "needs a principal")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{principal: billing, send: '*'}]" % file, "a principal begins with token:")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{principal: 'token:a', reads: '*'}]" % file, "a rule has principal, send")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{principal: 'token:a', read: everything}]" % file, "what can be read is")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{principal: 'token:a', rate: fast}]" % file, "a rate is")
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [token]" % file, "expected maps of principal")
    told("3000", "auth:\n  methods: jwt\n  rules: [{principal: 'token:a'}]", "jwt needs a file of keys")
    told("3000", "auth:\n  methods: certificate\n  rules: [{principal: 'token:a'}]", "certificate needs tls.client_certificates")
    os.chmod(file, 0o644)
    told("3000", "auth:\n  methods: bearer\n  tokens: %s\n  rules: [{principal: 'token:a'}]" % file, "only its owner and group can read")


def what_leaked_ends():
    """A token that is taken away: its streams end at the reload, its connections are asked anew; the others' requests go on."""
    file = path("tokens-leaked")
    good = make_token(file, "billing")
    leaked = make_token(file, "billing-leaked")
    d = Guarded({"methods": "bearer", "tokens": file, "rules": RULES}).start()
    streams, kept = {}, {}
    for token in (good, leaked):
        kept[token] = d.connect()
        check(d.send("create-foo", token, conn=kept[token])[0] == 202, "a connection")
        c = d.connect()
        c.request("GET", "/events/updates", headers={"Authorization": "Bearer " + token})
        streams[token] = c.getresponse()
        check(streams[token].status == 200, "a stream")
    with open(file) as f:
        left = [x for x in f if not x.startswith("billing-leaked")]
    with open(file, "w") as f:
        f.writelines(left)
    check(d.reload(), d.tail())
    for r in streams.values():
        r.read()
    for token, want in ((good, 202), (leaked, 401)):
        try:
            status = d.send("create-foo", token, conn=kept[token])[0]
        except (OSError, http.client.HTTPException):
            status = d.send("create-foo", token)[0]
        check(status == want, "%d after the reload" % status)
    problem(d.ask("GET", "/events/updates", token=leaked), 401)
    # without its line end
    with open(file, "w") as f:
        f.write("".join(left).rstrip("\n"))
    last = make_token(file, "reader")
    check(d.reload() and d.ask("GET", "/commands", token=last)[0] == 200 and d.send("create-foo", good)[0] == 202, d.tail())
    d.stop()


def from_nobody_asked_and_back():
    """auth: none to auth, and back, over an address that others can reach."""
    file = path("tokens-back")
    token = make_token(file, "billing")
    with_auth = {"methods": "bearer", "tokens": file, "rules": RULES}
    d = Guarded({})
    d.options["http"]["listen"] = '"0.0.0.0:%d"' % d.port
    for auth, bare, shown in (({"methods": "none"}, 202, 202), (with_auth, 401, 202), ({"methods": "none"}, 202, 202)):
        d.options["auth"] = {"audit_log": d.audit, **auth}
        d.write()
        if d.process is None:
            d.start()
        else:
            check(d.reload(), d.tail())
        check((d.send("create-foo")[0], d.send("create-foo", token)[0]) == (bare, shown), auth)
    # without a word about it the reload says why, and what runs goes on
    del d.options["auth"]
    d.write()
    check(not d.reload() and d.grep("other machines can connect"), d.tail())
    check(d.send("create-foo")[0] == 202, "after a reload that was refused")
    d.stop()


def with_cmdrctl():
    file = path("tokens-ctl")
    token = make_token(file, "billing")
    secret = path("secret")
    with open(secret, "w") as f:
        f.write(token + "\n")
    d = Guarded({"methods": "bearer", "tokens": file, "rules": RULES}).start()
    run = lambda *args, env=None: subprocess.run([CMDRCTL, *args, "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                                 env={**os.environ, **(env or {})})
    p = run("send", "create-foo", "a=b")
    check(p.returncode == 1 and "Without credentials" in p.stdout, "%r" % p)
    check(run("send", "create-foo", "a=b", "--token-file", secret).returncode == 0, "--token-file")
    check(run("send", "create-foo", "a=b", env={"CMDR_TOKEN": token}).returncode == 0, "CMDR_TOKEN")
    p = run("send", "create-foo", "a=b", env={"CMDR_TOKEN": "two words"})
    check(p.returncode == 2, "%r" % p)
    check(run("ready").returncode == 0, "ready needs none")
    p = run("tail", "commands", "--from-beginning", "-n", "2", "--token-file", secret)
    check(p.returncode == 0 and p.stdout.count("create-foo") == 2, "%r" % p)
    d.stop()


TESTS = [
    ("tokens and rules", tokens_and_rules),
    ("users are not forged", users_are_not_forged),
    ("JSON Web Tokens", json_web_tokens),
    ("certificates", certificates),
    ("how often", how_often),
    ("behind a proxy", behind_a_proxy),
    ("reloads under load", reloads_under_load),
    ("what is refused at the start", what_is_refused_at_the_start),
    ("what leaked ends", what_leaked_ends),
    ("from nobody asked, and back", from_nobody_asked_and_back),
    ("with cmdrctl", with_cmdrctl),
]

if __name__ == "__main__":
    import lib
    try:
        lib.main(TESTS)
    finally:
        shutil.rmtree(where, ignore_errors=True)
