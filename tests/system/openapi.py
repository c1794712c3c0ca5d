#!/usr/bin/python3
"""/openapi.json against tools that others wrote: openapi-spec-validator reads it, and schemathesis asks the installed daemon all
that it allows and much that it does not, with all its checks. The tools live in a virtual environment in the build folder.

CMDR_FUZZ_SECONDS says for how long schemathesis goes on (40), CMDR_FUZZ_SEED with which seed (1)."""
import json
import os
import re
import subprocess
import sys

import lib
from lib import Daemon, Processor, check

TOOLS = ["openapi-spec-validator==0.9.0", "schemathesis==4.32.5"]
VENV = os.path.join(os.path.dirname(os.path.abspath(lib.STAGE)), "openapi-venv")
HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = int(os.environ.get("CMDR_FUZZ_SECONDS", "40"))
SEED = os.environ.get("CMDR_FUZZ_SEED", "1")
# An answer that is held must come before the tool gives up; an id of a stream's path is a stream, which does not end.
OPTIONS = {"sync": {"timeout": "300ms", "max_wait": "1s"}, "topics": {"schemas": "schemas"}}
SCHEMA = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {
    "name": {"type": "string", "minLength": 2, "maxLength": 20}, "count": {"type": "integer", "minimum": 0, "maximum": 1000},
    "size": {"$ref": "#/$defs/size"}}, "$defs": {"size": {"enum": ["small", "large"]}}}
STREAMS = "/updates$"


def tools():
    done = os.path.join(VENV, "installed")
    if not os.path.exists(done) or open(done).read().split() != TOOLS:
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([os.path.join(VENV, "bin/pip"), "-q", "--disable-pip-version-check", "install", *TOOLS], check=True)
        with open(done, "w") as f:
            f.write("\n".join(TOOLS))
    return " ".join(TOOLS)


def described(**schemas):
    """A daemon with a schema for one action, so that the document says what its data is. It is a file, which stays as it is
    when the tool changes the others."""
    d = Daemon("embedded", extra=OPTIONS)
    where = os.path.join(d.dir, "schemas")
    os.mkdir(where)
    with open(os.path.join(where, "create-foo.json"), "w") as f:
        json.dump(SCHEMA, f)
    d.options["schemas"] = {"dir": where, **(schemas or {"mode": "known"})}
    d.write()
    return d.start()


def document(d):
    path = os.path.join(d.dir, "openapi.json")
    with open(path, "wb") as f:
        f.write(d.get("/openapi.json")[2])
    d.stop()
    p = subprocess.run([os.path.join(VENV, "bin/openapi-spec-validator"), path], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    check(p.returncode == 0, p.stdout)
    return "%d paths; %s" % (len(json.load(open(path))["paths"]), p.stdout.strip().split(": ", 1)[-1])


def documents():
    return "%s; with a schema of an action: %s" % (document(Daemon("embedded").start()), document(described(mode="strict")))


def counted(d):
    """http_5xx by status, of what was counted; the tool sees what it reads, this is what was said."""
    text = d.get("/metrics")[2].decode()
    return sorted(set(re.findall(r'status="(5\d\d)"', text)))


def fuzz():
    d = described()
    processor = Processor(d.embedded_address(), "c", args=["-X", "fetch.wait.max.ms=1"])
    env = dict(os.environ, SCHEMATHESIS_HOOKS="openapi_hooks", PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1")
    workers = d.pids("worker")
    p = subprocess.run(
        [os.path.join(VENV, "bin/schemathesis"), "run", "http://127.0.0.1:%d/openapi.json" % d.port, "--checks", "all",
         "--phases", "examples,coverage,fuzzing,stateful", "--exclude-path-regex", STREAMS, "--max-examples", "25",
         "--max-time", str(SECONDS), "--seed", SEED, "--generation-database", "none", "--continue-on-failure",
         "--request-timeout", "10", "--no-color"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=d.dir, env=env)
    processor.stop()
    statuses = counted(d)
    check(d.pids("worker") == workers, "a worker ended: %s" % d.tail())
    check(d.stop() == 0, "cmdrd did not exit 0")
    print("\n".join("     " + line for line in p.stdout.splitlines() if line.strip()) if p.returncode else
          "     " + "\n     ".join(line for line in p.stdout.splitlines() if re.match(r" ✅|Test cases|  \d+ generated", line)))
    check(p.returncode == 0, "schemathesis: %s" % p.stdout.strip().splitlines()[-1])
    check("500" not in statuses, "a 500 was answered")
    return "%s; 5xx: %s" % (p.stdout.strip().splitlines()[-1].strip("= "), ", ".join(statuses) or "none")


TESTS = [("the tools", tools), ("openapi-spec-validator", documents), ("schemathesis", fuzz)]

if __name__ == "__main__":
    try:
        tools()
    except subprocess.CalledProcessError as e:
        if os.environ.get("CI"):
            raise
        print("openapi.py: %s: is there a network? Passed over." % e)
        sys.exit(0)
    lib.main(TESTS)
