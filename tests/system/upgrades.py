#!/usr/bin/python3
"""An upgrade to a binary that does not work, under load: no request fails, what ran goes on and is told why, and the good binary
is taken by the next reload. The embedded broker. Binaries that fail late are linked from the build with one function exchanged."""
import json
import os
import re
import shutil
import signal
import subprocess

import lib
from lib import Daemon, check, wait_until
from reloads import Client

BUILD = os.path.dirname(lib.STAGE)
GRACE = 2


def link(directory, name, code):
    """The daemon, whose workers do this instead of their work."""
    source, object_, out = (os.path.join(directory, name + end) for end in (".c", ".o", ""))
    with open(source, "w") as f:
        f.write("#include <unistd.h>\nstruct proc;\nint worker_run(struct proc *);\n"
                "int worker_run(struct proc *p) { (void)p; %s }\n" % code)
    subprocess.run(["cc", "-D_GNU_SOURCE", "-fPIE", "-c", source, "-o", object_], check=True)
    told = subprocess.run(["make", "-C", BUILD, "-n", "V=1", "-W", "libworker.a", "cmdrd"], stdout=subprocess.PIPE, text=True,
                          check=True)
    line = next(x for x in told.stdout.splitlines() if " -o cmdrd " in x)
    line = line.replace(" -o cmdrd ", " -Wl,--allow-multiple-definition -o %s %s " % (out, object_))
    subprocess.run(line, shell=True, cwd=BUILD, check=True)
    return out


def inode(pid):
    """Of the file that this process executes."""
    return os.stat("/proc/%d/exe" % pid).st_ino


class Stand:
    """A daemon that runs a copy of the binary, and a load on it."""

    def __init__(self):
        self.d = Daemon("embedded", extra={"log": {"level": "debug"}, "shutdown": {"grace": "%ds" % GRACE}})
        self.d.program = os.path.join(self.d.dir, "cmdrd")
        self.reloads = 0
        self.put(lib.CMDRD)
        self.d.start()
        self.clients = [Client(self.d) for _ in range(4)]
        for c in self.clients:
            c.start()

    def put(self, program, size=None):
        """As a package manager does: the new file takes the place of the old one."""
        new = self.d.program + ".new"
        shutil.copy(program, new)
        if size is not None:
            os.truncate(new, size)
        os.rename(new, self.d.program)

    def ctl(self, *args):
        return subprocess.run([lib.CMDRCTL, *args, "-f", self.d.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120)

    def status(self):
        return json.loads(self.ctl("status", "--json").stdout)

    def serving(self):
        """The worker processes that take requests."""
        return {p["pid"] for p in self.status()["roles"] if p["role"] == "worker" and p["state"] == "ready"}

    def refused(self, why):
        """A reload fails for this reason, which is told everywhere; what ran goes on."""
        before = self.serving()
        failed = len(self.d.grep("error master.*reload: .*" + why))
        self.reloads += 1
        self.d.process.send_signal(signal.SIGHUP)
        last = wait_until(lambda: self.ended(), 90, "the reload to end")
        check(last["state"] == "failed" and re.search(why, last["error"]), "the status tells %r" % last)
        check(len(self.d.grep("error master.*reload: .*" + why)) == failed + 1, "the log: %s" % self.d.tail())
        page = self.ctl("status").stdout
        check(re.search("last reload +failed: .*" + why, page), "cmdrctl status: %s" % page)
        wait_until(lambda: self.alone(), 60, "what was given up to end")
        check(self.serving() == before, "the workers are others: %r, %r" % (before, self.serving()))

    def ended(self):
        try:
            last = self.status()["reload"]
        except ValueError:      # between two images
            return None
        return last if last["number"] == self.reloads and last["state"] in ("failed", "done") else None

    def alone(self):
        """One generation only."""
        try:
            return len(self.status()["generations"]) == 1 and len(self.d.pids("producer")) == 1
        except ValueError:
            return False

    def image(self):
        return inode(self.d.master())

    def renewed(self):
        """Processes that die are started again, from the binary that they were of."""
        for role in ("worker", "tailer", "broker"):
            before = self.d.pids(role)
            pid = before[0]
            image = inode(pid)
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: pid not in self.d.pids(role) and len(self.d.pids(role)) == len(before) and
                       len(self.serving()) == 2 and self.d.ready(), 60, "a new " + role)
            check({inode(p) for p in self.d.pids(role)} == {image}, "the new %s is of another binary" % role)

    def taken(self):
        """The good binary again: a reload takes it."""
        self.put(lib.CMDRD)
        self.reloads += 1
        p = self.ctl("reload")
        check(p.returncode == 0, "the good binary was not taken: %s" % p.stdout)
        wait_until(self.alone, 60, "the former generation to end")
        check(self.image() == os.stat(self.d.program).st_ino, "the master is not of the installed binary")
        # The broker stays.
        others = set(self.d.children()) - set(self.d.pids("broker"))
        check({inode(p) for p in others} == {self.image()}, "a role is not of the installed binary")

    def end(self):
        for c in self.clients:
            c.ending = True
        for c in self.clients:
            c.join()
        sent = sum(c.sent for c in self.clients)
        wrong = [w for c in self.clients for w in c.wrong]
        check(not wrong, "%d of %d failed: %r" % (len(wrong), sent, wrong[:3]))
        check(self.d.stop() == 0, "cmdrd did not exit 0")
        return "%d commands meanwhile, 0 failed" % sent


def cannot_execute():
    s = Stand()
    image = s.image()
    for size, why in ((0, "cannot be run"), (100, "cannot be run"), (65536, "does not run|cannot be run")):
        s.put(lib.CMDRD, size)
        s.refused(why)
    os.unlink(s.d.program)
    s.refused("cannot be run: No such file")
    check(s.image() == image, "the master is another")
    s.taken()
    return s.end()


def ends_early():
    """Its workers exit before they are ready."""
    s = Stand()
    bad = link(s.d.dir, "early", "_exit(9);")
    image = s.image()
    for _ in range(2):
        s.put(bad)
        s.refused("worker . ended before it was ready")
        check(s.image() == image, "the master is still the one that failed")
    s.taken()
    return s.end()


def never_ready():
    """Its workers are never ready, and do not listen to the master."""
    s = Stand()
    bad = link(s.d.dir, "never", "for (;;) pause();")
    image = s.image()
    s.put(bad)
    s.refused("not every role was ready in time")
    check(s.image() == image, "the master is still the one that failed")
    s.taken()
    return s.end()


def dies_meanwhile():
    """A process of the running generation dies while the new one is coming up, and after it was given up."""
    s = Stand()
    bad = link(s.d.dir, "slow", "sleep(8); _exit(9);")
    image = s.image()
    s.put(bad)
    s.reloads += 1
    old = s.d.pids("worker")
    s.d.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(s.d.pids("worker")) == 4, 40, "the new generation to come up")
    check(s.image() != image, "the new binary does not run")
    for c in s.clients:         # who is connected to a worker that dies is cut off
        c.ending = True
    for c in s.clients:
        c.join()
    os.kill(old[0], signal.SIGKILL)
    wait_until(lambda: len([p for p in s.d.pids("worker") if p not in old and inode(p) == image]) == 1, 40,
               "a worker in place of the one that died, of the former binary")
    wait_until(s.ended, 60, "the reload to end")
    wait_until(s.alone, 60, "what was given up to end")
    check(s.image() == image and len(s.serving()) == 2, "what ran does not go on")
    s.renewed()
    s.taken()
    return s.end()


TESTS = [
    ("a binary that cannot be executed", cannot_execute),
    ("one whose workers end early", ends_early),
    ("one that is never ready", never_ready),
    ("processes die meanwhile", dies_meanwhile),
]

if __name__ == "__main__":
    raise SystemExit(lib.run(TESTS, os.environ.get("CMDR_ONLY")))
