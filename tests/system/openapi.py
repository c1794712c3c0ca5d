#!/usr/bin/python3
"""/openapi.json against what others wrote: openapi-spec-validator takes it, with and without schemas of actions, and
schemathesis, with its checks (but one, see there) and all of its phases, finds nothing in the service that it describes. Both come from PyPI into the
build folder once. The embedded broker. CMDR_FUZZ_SECONDS: how long schemathesis may take."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import lib
from lib import Daemon, check

PACKAGES = ["openapi-spec-validator==0.9.0", "schemathesis==4.32.5"]
SECONDS = int(os.environ.get("CMDR_FUZZ_SECONDS", "60"))
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(os.environ.get("CMDR_STAGE", tempfile.gettempdir()) + "-python", "openapi")

SCHEMA = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {
    "name": {"type": "string", "minLength": 2, "maxLength": 20}, "count": {"type": "integer", "minimum": 0, "maximum": 1000},
    "size": {"$ref": "#/$defs/size"}}, "$defs": {"size": {"enum": ["small", "large"]}}}


def tool(name):
    """A command of the virtual environment, which is made where it is not there."""
    if not os.path.exists(os.path.join(VENV, "done")):
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([os.path.join(VENV, "bin/pip"), "-q", "install", "--disable-pip-version-check", *PACKAGES], check=True)
        open(os.path.join(VENV, "done"), "w").close()
    return os.path.join(VENV, "bin", name)


def daemon(**schemas):
    # A client may ask for a wait of any length; the fuzzer does, and has less time.
    d = Daemon("embedded", extra={"topics": {"schemas": "schemas"}, "sync": {"timeout": "100ms", "max_wait": "500ms"},
                                  "schemas": schemas or {"mode": "known"}})
    d.start()
    c = d.connect()
    c.request("PUT", "/schemas/create-foo", json.dumps(SCHEMA), {"Content-Type": "application/json"})
    r = c.getresponse()
    check(r.status == 201, "PUT of a schema: %d %r" % (r.status, r.read()))
    return d


def validates():
    plain = Daemon("embedded").start()
    described = daemon(mode="strict")
    for d in (plain, described):
        path = os.path.join(d.dir, "openapi.json")
        with open(path, "wb") as f:
            f.write(d.get("/openapi.json")[2])
        p = subprocess.run([tool("openapi-spec-validator"), path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check(p.returncode == 0 and "OK" in p.stdout, p.stdout[-2000:])
        d.stop()
    return "with and without schemas of actions"


def schemathesis():
    # use_after_free wants all of a removed resource to be gone; the versions of a removed schema stay readable by intent.
    d = daemon()
    where = tempfile.mkdtemp(prefix="cmdr-schemathesis-")
    for name in os.listdir(os.path.join(HERE, "schemathesis")):
        shutil.copy(os.path.join(HERE, "schemathesis", name), where)
    p = subprocess.run([tool("schemathesis"), "run", "http://127.0.0.1:%d/openapi.json" % d.port, "--checks", "all", "--exclude-checks", "use_after_free",
                        "--phases", "examples,coverage,fuzzing,stateful", "--exclude-path-regex", "/updates$",
                        "--seed", "1", "--suppress-health-check", "all", "--max-time", str(SECONDS), "--no-color"], cwd=where,
                       env=dict(os.environ, PYTHONPATH=where), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    summary = re.search(r"=+ SUMMARY =+\n(.*)", p.stdout, re.S)
    print("\n".join("     " + line for line in (summary.group(1) if summary else p.stdout[-3000:]).splitlines() if line.strip()))
    # What the log of the daemon would show, had a process died of it.
    check(not d.grep(r"died of signal"), "a process died: %s" % d.tail())
    check(d.get("/ready")[0] == 200, "/ready afterwards")
    d.stop()
    if p.returncode != 0:
        print(p.stdout[-20000:])
    check(p.returncode == 0, "schemathesis ended with status %d" % p.returncode)
    shutil.rmtree(where)
    return re.search(r"\d+ generated.*", p.stdout).group(0)


if __name__ == "__main__":
    raise SystemExit(lib.run([("openapi-spec-validator", validates), ("schemathesis, all phases", schemathesis)],
                             os.environ.get("CMDR_ONLY")))
