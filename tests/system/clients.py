#!/usr/bin/python3
"""Clients that others wrote against the installed daemon, with an example processor beside it: each program of tests/clients
sends the same rows of checks.json and says what came of them. What they need is fetched into the build folder, at fixed versions.

CMDR_CLIENTS names the clients to run, with commas between them."""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import lib
import relay
from lib import Daemon, Processor

HERE = os.path.join(lib.TOP, "tests/clients")
CACHE = os.path.join(os.path.dirname(os.path.abspath(lib.STAGE)), "clients")
PYTHON = ["requests==2.34.2", "httpx==0.28.1", "transit-python2==0.8.321", "msgpack-python==0.5.6"]
NPM = {"transit-js": "0.8.874", "eventsource": "3.0.7"}
AT_ONCE = 3
LOCKS = {}
# undici takes a second one where the first is not yet told to be free; the others stay with one.
CONNECTIONS = {"fetch": 2}


def once(name, wanted, make):
    """make(directory) unless it was made of the same before; one at a time, for clients that share it."""
    where = os.path.join(CACHE, name)
    done = os.path.join(where, "made-of")
    with LOCKS.setdefault(name, threading.Lock()):
        if not os.path.exists(done) or open(done).read() != wanted:
            shutil.rmtree(where, ignore_errors=True)
            os.makedirs(where)
            make(where)
            with open(done, "w") as f:
                f.write(wanted)
    return where


class NotFetched(lib.Failed):
    """What a client needs could not be had: is there a network?"""


def quietly(*args, error=lib.Failed, **kw):
    p = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if p.returncode != 0:
        raise error("%s: %s" % (" ".join(args[:4]), p.stdout.strip()[-800:]))


def read(name):
    with open(os.path.join(HERE, name)) as f:
        return f.read()


def python():
    def make(where):
        quietly("/usr/bin/python3", "-m", "venv", where)
        quietly(where + "/bin/pip", "-q", "--disable-pip-version-check", "install", *PYTHON, error=NotFetched)
    return os.path.join(once("python", " ".join(PYTHON), make), "bin/python")


def npm():
    package = json.dumps({"private": True, "dependencies": NPM})

    def make(where):
        with open(where + "/package.json", "w") as f:
            f.write(package)
        quietly("npm", "install", "--silent", "--no-audit", "--no-fund", cwd=where, error=NotFetched)
    return once("npm", package, make)


def node(name):
    """A script beside node_modules, where its imports are found."""
    where = npm()
    shutil.copy(os.path.join(HERE, name), where)
    return ["node", os.path.join(where, name)]


def clojure():
    def make(where):
        quietly("mvn", "-q", "-B", "-f", HERE + "/pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime",
                "-DoutputDirectory=" + where, error=NotFetched)
    lib_ = once("clojure", read("pom.xml"), make)
    return ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", lib_ + "/*", "clojure.main",
            HERE + "/rich.clj"]


def go():
    def make(where):
        shutil.copy(os.path.join(HERE, "client.go"), where)
        with open(where + "/go.mod", "w") as f:
            f.write("module client\n\ngo 1.19\n")
        env = dict(os.environ, GOFLAGS="-mod=mod", GOTOOLCHAIN="local", GOCACHE=CACHE + "/go-cache", CGO_ENABLED="0",
                   GOPATH=CACHE + "/go-path")
        quietly("go", "build", "-o", "client", ".", cwd=where, env=env)
    return [os.path.join(once("go", read("client.go"), make), "client")]


def libcurl():
    def make(where):
        quietly("sh", "-c", 'cc -std=gnu17 -O1 -Wall -Wextra -Werror -o "$2" "$1" $(pkg-config --cflags --libs libcurl zlib)',
                "cc", os.path.join(HERE, "libcurl.c"), where + "/client")
    return [os.path.join(once("libcurl", read("libcurl.c"), make), "client")]


# name, the tools that it needs, its command, which rows it gets: of checks.json, "flat" for those without a JSON reader.
CLIENTS = [
    ("curl", ["curl", "gzip"], lambda: [HERE + "/curl.sh"], "flat"),
    ("requests", [], lambda: [python(), "-B", HERE + "/requests_client.py"], "checks"),
    ("httpx", [], lambda: [python(), "-B", HERE + "/httpx_client.py"], "checks"),
    ("fetch", ["node"], lambda: ["node", HERE + "/fetch.mjs"], "checks"),
    ("java", ["java", "javac"], lambda: ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", HERE + "/HttpClientRows.java"], "flat"),
    ("go", ["go"], go, "checks"),
    ("libcurl", ["cc", "pkg-config"], libcurl, "flat"),
    ("transit-js", ["node", "npm"], lambda: node("rich.mjs"), "rich"),
    ("transit-python", [], lambda: [python(), "-B", HERE + "/rich.py"], "rich"),
    ("clojure", ["java", "mvn"], clojure, "rich"),
    ("eventsource", ["node", "npm"], lambda: node("live.mjs"), "live"),
]


def flat(rows):
    """The rows for programs that read no JSON. Rows end with 1E, fields with 1F, the items of a field with 1D."""
    def items(of):
        return "".join(x + "\x1d" for x in of)

    def has(pointer, value):
        return "%s:%s" % (json.dumps(pointer.split("/")[-1]) if not pointer.split("/")[-1].isdigit() else "",
                          json.dumps(value, ensure_ascii=False))
    out = []
    for r in rows:
        out.append("\x1f".join([
            r["name"], r.get("how", ""), str(r.get("times", "")), r.get("method", "GET"), r["url"],
            items("%s: %s" % h for h in r.get("headers", {}).items()), r.get("body", ""), str(r["status"]),
            items("%s: %s" % h for h in r.get("answers", {}).items()), "yes" if r.get("empty") else "",
            items(r.get("contains", [])), items(has(*j) for j in r.get("json", {}).items()),
            items("%s=%s" % s for s in r.get("save", {}).items())]) + "\x1f\x1e")
    return "".join(out)


class Client:
    def __init__(self, daemon, name, kind):
        self.name, self.kind = name, kind
        self.kept = relay.Counting(daemon.port)
        self.losing = relay.Losing(daemon.port)
        self.cut = relay.Counting(daemon.port, cut_after=1500)
        base = "http://127.0.0.1:%d" % daemon.port
        words = {"base": base, "public": base, "kept": self.kept.url, "flaky": self.losing.url, "cut": self.cut.url,
                 "run": "%s-%d" % (name, int(time.time() * 1000)), "long": "a long text, and again; " * 200,
                 "huge": "h" * (3 << 20)}
        text = re.sub(r"\$\{(\w+)\}", lambda m: words.get(m[1], m[0]), read("checks.json"))
        table = json.loads(text)
        self.passed_over = {r["name"]: r["not"][name] for r in table["checks"] if name in r.get("not", {})}
        table["checks"] = [r for r in table["checks"] if r["name"] not in self.passed_over]
        table.update({k: words[k] for k in ("base", "flaky", "cut", "run")})
        table["types"] = table["rich"]["types"].get(name, [])
        self.wanted = {"rich": ["%s: %s" % (t, c) for t in table["types"] for c in table["rich"]["checks"]],
                       "live": table["live"]}.get(kind) or [r["name"] for r in table["checks"]]
        with tempfile.NamedTemporaryFile("w", prefix="cmdr-rows-", delete=False) as f:
            f.write(flat(table["checks"]) if kind == "flat" else json.dumps(table))
        self.rows = f.name

    def run(self, command):
        """Lines for the log, and how many checks failed."""
        start = time.monotonic()
        try:
            p = subprocess.run([*command(), self.rows], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
            said, noise = self.read(p.stdout)
            if p.returncode != 0 and not any(s == "FAIL" for s, _ in said.values()):
                noise.append("it ended with %d" % p.returncode)
        except NotFetched as e:
            if os.environ.get("CI"):
                raise
            return ["none %s: passed over: %s" % (self.name, e)], 0, 0
        except (lib.Failed, subprocess.TimeoutExpired) as e:
            said, noise = {}, [str(e)]
        if said and self.kind in ("checks", "flat"):
            used = self.kept.connections
            good = 1 <= used <= CONNECTIONS.get(self.name, 1)
            said["one connection, counted at the other end"] = ("ok" if good else "FAIL", "%d" % used)
        if said and self.kind == "live":
            cuts = self.cut.connections - 1
            said["the relay cut it"] = ("ok" if cuts > 0 else "FAIL", "%d times" % cuts)
        if not said:
            said["the program"] = ("FAIL", " | ".join(" ".join(noise).splitlines()[-6:])[-1000:])
        for name in self.wanted if len(said) > 1 else []:
            said.setdefault(name, ("FAIL", "it was not tried: " + " | ".join(noise[-6:])))
        lines = ["%-4s %s: %s%s" % (status, self.name, name, "  " + why if why else "") for name, (status, why) in said.items()]
        if self.kind in ("checks", "flat"):
            lines += ["none %s: %s  (it %s)" % (self.name, name, why) for name, why in self.passed_over.items()]
        os.unlink(self.rows)
        failed = sum(status == "FAIL" for status, _ in said.values())
        lines.append("     %s: %d checks, %.1f s" % (self.name, len(said), time.monotonic() - start))
        return lines, failed, len(said) - failed

    @staticmethod
    def read(text):
        said, noise = {}, []
        for line in text.splitlines():
            parts = line.split("\t")
            if parts[0] in ("ok", "FAIL") and len(parts) > 1:
                said[parts[1]] = (parts[0], " ".join(parts[2:]))
            else:
                noise.append(line)
        return said, noise


def usable(name, tools):
    missing = [t for t in tools if not shutil.which(t)]
    if missing and os.environ.get("CI"):
        raise lib.Failed("%s needs %s, and CI must not skip" % (name, ", ".join(missing)))
    if missing:
        print("none %s: passed over, there is no %s" % (name, ", ".join(missing)))
    return not missing


def main():
    only = os.environ.get("CMDR_CLIENTS", "").split(",")
    chosen = [c for c in CLIENTS if only == [""] or c[0] in only]
    chosen = [c for c in chosen if usable(c[0], c[1])]
    os.makedirs(CACHE, exist_ok=True)
    d = Daemon("embedded")
    d.options["http"]["public_url"] = '"http://127.0.0.1:%d"' % d.port
    d.write()
    d.start()
    processor = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    failed = passed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(Client(d, name, kind).run, command) for name, _, command, kind in chosen]
        for done in running:
            lines, bad, good = done.result()
            print("\n".join(lines), flush=True)
            failed, passed = failed + bad, passed + good
    processor.stop()
    if d.stop() != 0:
        failed += 1
        print("FAIL cmdrd did not exit 0: %s" % d.tail())
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
