#!/usr/bin/python3
"""SIGHUP again and again under load: no request fails, no process keeps descriptors or memory of generations that are gone. The
embedded broker. CMDR_RELOADS says how often (20)."""
import http.client
import os
import re
import signal
import threading
import time

import lib
from lib import Daemon, check, wait_until

RELOADS = int(os.environ.get("CMDR_RELOADS", "20"))


class Client(threading.Thread):
    """Commands on one connection after the other, as a client does that keeps them while it may."""

    def __init__(self, d):
        super().__init__(daemon=True)
        self.d, self.sent, self.wrong, self.ending, self.again = d, 0, [], False, 0

    def run(self):
        conn = self.d.connect()
        while not self.ending:
            try:
                status, headers, text = self.d.post({"action": "create-foo", "data": {"n": self.sent}}, conn=conn)
            except (http.client.HTTPException, OSError) as e:
                # A server may close an idle connection at any time; a request on a new one must be answered.
                conn.close()
                conn = self.d.connect()
                self.again += 1
                if self.again > self.sent + 10:
                    self.wrong.append(repr(e))
                    return
                continue
            self.sent += 1
            if status != 202:
                self.wrong.append((status, text[:200]))
            if headers.get("Connection") == "close":
                conn.close()
                conn = self.d.connect()


def size(pid):
    with open("/proc/%d/status" % pid) as f:
        rss = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
    return len(os.listdir("/proc/%d/fd" % pid)), rss


def generations(d):
    return len(d.grep(r"generation \d+ is running"))


def settled(d):
    """One generation only."""
    return len(d.pids("producer")) == 1 and len(d.pids("worker")) == 2


def reloads():
    d = Daemon("embedded", extra={"log": {"level": "info"}, "shutdown": {"grace": "5s"}}).start()
    clients = [Client(d) for _ in range(8)]
    for c in clients:
        c.start()
    master, before = d.master(), None
    for i in range(RELOADS):
        known = generations(d)
        d.process.send_signal(signal.SIGHUP)
        wait_until(lambda: generations(d) > known, 60, "generation %d to run" % (known + 1))
        wait_until(lambda: settled(d), 60, "the former generation to end")
        if i == 1:
            before = size(master)
    after = size(master)
    for c in clients:
        c.ending = True
    for c in clients:
        c.join()
    sent, again = sum(c.sent for c in clients), sum(c.again for c in clients)
    wrong = [w for c in clients for w in c.wrong]
    check(not wrong, "%d of %d failed: %r" % (len(wrong), sent, wrong[:3]))
    check(after[0] <= before[0], "the master has %d descriptors, %d before" % (after[0], before[0]))
    check(after[1] < before[1] * 1.5, "the master takes %d KiB, %d before" % (after[1], before[1]))
    check(not d.grep("died of signal"), "a process died: %s" % d.tail())
    d.stop()
    return "%d reloads, %d commands, 0 failed, %d connections closed while idle; master: %d descriptors and %d KiB, %d and %d before" % (
        RELOADS, sent, again, after[0], after[1], *before)


if __name__ == "__main__":
    raise SystemExit(lib.run([("reloads under load", reloads)], os.environ.get("CMDR_ONLY")))
