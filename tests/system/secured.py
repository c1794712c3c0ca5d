#!/usr/bin/python3
"""A real Kafka that speaks TLS, asks for SASL or a certificate, and has ACLs: cmdr's user may write the commands topic and read the two, and no
more. What is denied is told, not retried without end; and the password is nowhere to be seen. See lib.py."""
import glob
import json
import os
import re
import subprocess
import tempfile
import time

import lib
from lib import Daemon, Kafka, check, wait_until

PORT = int(os.environ.get("CMDR_KAFKA_PORT", "19660"))
SECURE = PORT + 40
MUTUAL = PORT + 41
PASSWORD = "pa55-of-cmdr-7f6d"
kafka = None
where = None


class Secured(Kafka):
    """One broker with more listeners for clients: SASL_SSL, and SSL with certificates. The first one stays, for its administrator."""

    def start(self):
        self.certificates()
        store = os.path.join(where, "broker.p12")
        settings = {
            "listeners": "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d,CLIENTS://127.0.0.1:%d,MUTUAL://127.0.0.1:%d"
                         % (PORT, PORT + 3, SECURE, MUTUAL),
            "advertised.listeners": "PLAINTEXT://127.0.0.1:%d,CLIENTS://127.0.0.1:%d,MUTUAL://127.0.0.1:%d" % (PORT, SECURE, MUTUAL),
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CLIENTS:SASL_SSL,MUTUAL:SSL",
            "listener.name.mutual.ssl.client.auth": "required",
            "listener.name.mutual.ssl.truststore.location": os.path.join(where, "ca.pem"),
            "listener.name.mutual.ssl.truststore.type": "PEM",
            "ssl.keystore.location": store, "ssl.keystore.password": "changeit", "ssl.keystore.type": "PKCS12",
            # Kafka 4 refuses SCRAM as librdkafka before 2.6.1 speaks it: docs/kafka.md.
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.clients.plain.sasl.jaas.config":
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_cmdr=\"%s\";" % PASSWORD,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS", "allow.everyone.if.no.acl.found": "false"}
        args = [x for k, v in settings.items() for x in ("--set", "%s=%s" % (k, v))]
        self.run(*args, "start", 1)
        return self

    def certificates(self):
        run = lambda *a: subprocess.run(a, check=True, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=test CA")
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=127.0.0.1")
        with open(os.path.join(where, "ext"), "w") as f:
            f.write("subjectAltName=IP:127.0.0.1\n")
        run("openssl", "x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "ext", "-out", "broker.pem")
        run("openssl", "pkcs12", "-export", "-in", "broker.pem", "-inkey", "broker.key", "-name", "broker", "-out", "broker.p12",
            "-passout", "pass:changeit")
        for name, subject in (("cmdr", "/CN=cmdr"), ("other", "/CN=other")):
            run("openssl", "req", "-newkey", "rsa:2048", "-passout", "pass:" + PASSWORD, "-keyout", name + ".key", "-out", name + ".csr", "-subj", subject)
            run("openssl", "x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out",
                name + ".pem")

    def allow(self, topic, *operations):
        ops = [x for o in operations for x in ("--operation", o)]
        self.run("tool", "org.apache.kafka.tools.AclCommand", "--bootstrap-server", self.bootstrap, "--add", "--allow-principal",
                 "User:cmdr", "--allow-principal", "User:CN=cmdr", *ops, "--topic", topic)

    def allow_group(self):
        self.run("tool", "org.apache.kafka.tools.AclCommand", "--bootstrap-server", self.bootstrap, "--add", "--allow-principal",
                 "User:cmdr", "--allow-principal", "User:CN=cmdr", "--operation", "Read", "--group", "cmdr")


def daemon(commands, events, password=PASSWORD):
    d = Daemon("127.0.0.1:%d" % SECURE, commands, events, extra={"kafka": {
        "properties": "{security.protocol: SASL_SSL, sasl.mechanism: PLAIN, ssl.ca.location: %s/ca.pem}" % where}})
    secrets = os.path.join(d.dir, "secrets")
    with open(secrets, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
        f.write("sasl.username=cmdr\nsasl.password=%s\n" % password)
    d.options["kafka"]["secrets"] = secrets
    d.write()
    return d


def by_certificate(name, start=True):
    """cmdr shows the certificate; its key is encrypted, and the passphrase is a secret."""
    d = Daemon("127.0.0.1:%d" % MUTUAL, "commands", "events", extra={"kafka": {
        "properties": "{security.protocol: SSL, ssl.ca.location: %s/ca.pem, ssl.certificate.location: %s/%s.pem, ssl.key.location: %s/%s.key}"
                      % (where, where, name, where, name)}})
    secrets = os.path.join(d.dir, "secrets")
    with open(secrets, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
        f.write("ssl.key.password=%s\n" % PASSWORD)
    d.options["kafka"]["secrets"] = secrets
    d.write()
    return d.start(ready=start)


def certificates_for_kafka():
    d = by_certificate("cmdr")
    status, _, text = d.post({"action": "create-foo", "data": {"a": 1}})
    check(status == 202, "%d %r" % (status, text))
    seen = not_seen_anywhere(d)
    d.stop()
    check(not d.grep(re.escape(PASSWORD)), "the passphrase is in the log")
    d = Daemon("127.0.0.1:%d" % MUTUAL, "commands", "events", extra={"kafka": {
        "properties": "{security.protocol: SSL, ssl.ca.location: %s/nowhere.pem}" % where}})
    try:
        d.start()
        raise lib.Failed("a start without its file")
    except lib.Failed as e:
        check("ssl.ca.location: %s/nowhere.pem cannot be read" % where in str(e) or d.grep("nowhere.pem cannot be read"), str(e))
    d = by_certificate("other", False)
    answer = wait_until(lambda: (lambda r: r if b"uthoriz" in r[2] else None)(d.post({"action": "a", "data": {}})), 30,
                        "a refusal that says why")
    check(answer[0] == 503, answer)
    d.stop()
    return "202; another's certificate: 503; %s" % seen


def with_what_it_needs():
    for topic in ("commands", "events"):
        kafka.create(topic, 2)
    kafka.allow("commands", "Write", "Read", "Describe")
    kafka.allow("events", "Read", "Describe")
    d = daemon("commands", "events").start()
    status, _, text = d.post({"action": "create-foo", "data": {"a": 1}})
    check(status == 202, "%d %r" % (status, text))
    location = "/commands/" + json.loads(text)["id"]
    wait_until(lambda: d.get(location)[0] == 200, 30, "the index to have it")
    # The administrator's processor answers over the listener without SASL.
    p = lib.Processor(kafka.bootstrap)
    status, _, text = d.post({"action": "create-foo", "data": {"a": 1}}, query="?sync=true")
    p.stop()
    check(status == 201, "sync: %d %r" % (status, text))
    seen = not_seen_anywhere(d)
    d.stop()
    check(not d.grep(re.escape(PASSWORD)), "the password is in the log")
    return "202, 201, read back; %s" % seen


def not_seen_anywhere(d):
    """Arguments, environments, what HTTP tells, and the memory of the workers."""
    for pid in [d.master()] + d.children():
        for name in ("cmdline", "environ"):
            with open("/proc/%d/%s" % (pid, name), "rb") as f:
                check(PASSWORD.encode() not in f.read(), "the password is in %s of process %d" % (name, pid))
    for path in ("/metrics", "/ready", "/openapi.json", "/"):
        check(PASSWORD.encode() not in d.get(path)[2], "the password is in %s" % path)
    pieces = 0
    for pid in d.pids("worker"):
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
            for line in maps:
                m = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
                if not m or "[v" in line:
                    continue
                start, end = int(m.group(1), 16), int(m.group(2), 16)
                try:
                    mem.seek(start)
                    check(PASSWORD.encode() not in mem.read(min(end - start, 64 << 20)), "the password is in a worker's memory")
                    pieces += 1
                except OSError:
                    pass
    for pid in d.pids("producer") + d.pids("worker"):
        with open("/proc/%d/limits" % pid) as f:
            check(re.search(r"Max core file size +0 +0", f.read()), "process %d may leave a core dump" % pid)
    return "no password in arguments, environments, answers and %d pieces of the workers' memory" % pieces


def not_to_be_written():
    """The topic is there and may be read, and nothing more."""
    kafka.create("closed", 1)
    kafka.allow("closed", "Read", "Describe")
    d = daemon("closed", "events").start(ready=False)
    answer = wait_until(lambda: (lambda r: r if b"uthoriz" in r[2] else None)(d.post({"action": "a", "data": {}})), 30,
                        "a refusal that says why")
    check(answer[0] == 503 and b"safe to retry" not in answer[2], "%d %r" % (answer[0], answer[2]))
    lines = len(d.grep("uthoriz"))
    for _ in range(20):
        check(d.post({"action": "a", "data": {}})[0] == 503, "another command")
    time.sleep(3)
    told = len(d.grep("(error|warning).*uthoriz")) - lines
    check(told < 40, "%d lines of log for 20 refused commands" % told)
    check(d.grep("error.*closed.*allow"), "the log does not say what to do: %s" % d.tail())
    d.stop()
    check(not d.grep(r"died of signal"), "a process died")
    return json.loads(answer[2])["detail"]


def wrong_password():
    d = daemon("commands", "events", "not-" + PASSWORD).start(ready=False)
    wait_until(lambda: d.grep("uthentication"), 30, "the log to tell of the authentication")
    status, _, text = d.post({"action": "a", "data": {}})
    check(status == 503, "%d %r" % (status, text))
    check(d.get("/ready")[0] == 503, "/ready")
    before = len(d.grep("(error|warning).*uthentication"))
    time.sleep(5)
    told = len(d.grep("(error|warning).*uthentication")) - before
    check(told < 60, "%d lines of log in 5 s" % told)
    d.stop()
    return "%d lines of log in 5 s" % told


TESTS = [
    ("TLS, SASL and ACLs", with_what_it_needs),
    ("certificates on both sides", certificates_for_kafka),
    ("a topic that may not be written", not_to_be_written),
    ("a wrong password", wrong_password),
]

if __name__ == "__main__":
    where = tempfile.mkdtemp(prefix="cmdr-secured-")
    kafka = Secured(PORT)
    try:
        kafka.start()
        kafka.allow_group()
        status_code = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status_code)
