#!/usr/bin/python3
"""Faults on a real Kafka of three brokers: one killed under load, and a leader that moves while cmdr is cut off from it,
the case in which librdkafka's own word of what was persisted is not to be trusted. See lib.py."""
import os
import pwd
import subprocess
import time

import lib
from lib import Daemon, Kafka, Load, check, judge, wait_until

kafka = None


def broker_killed():
    kafka.create("commands", 3)
    kafka.create("events", 3)
    d = Daemon(kafka.bootstrap).start()
    load = Load(d)
    for n in (1, 2, 3):
        time.sleep(1.5)
        kafka.run("kill", n)
        time.sleep(8)
        kafka.run("start-broker", n)
        wait_until(d.ready, 60, "/ready after broker %d was back" % n)
    results = load.stop()
    d.stop()
    return "3 brokers killed in turn, %r" % judge(results, kafka.read("commands"))


def cut(user, port, on):
    subprocess.run(["iptables", "-A" if on else "-D", "OUTPUT", "-o", "lo", "-p", "tcp", "--dport", str(port), "-m",
                    "owner", "--uid-owner", user, "-j", "DROP"], check=True)


def leader_moved_while_cut_off():
    """The followers stop, so that what the leader takes is acknowledged by nobody; cmdr is cut off from it; the leadership
    moves; then all comes back. Whatever cmdr said meanwhile must be true."""
    user = "nobody"
    pwd.getpwnam(user)
    kafka.create("cut", 1)
    kafka.create("cutevents", 1)
    tallies = []
    for round_ in range(3):
        d = Daemon(kafka.bootstrap, "cut", "cutevents", user=user,
                   extra={"": {"user": user, "group": "nogroup"},
                          "kafka": {"servers": kafka.bootstrap, "delivery_timeout": "8s"}}).start()
        leader = int(kafka.run("leader", "cut", 0).split()[-1])
        port = kafka.port + leader - 1
        others = [n for n in (1, 2, 3) if n != leader]
        load = Load(d, clients=8, hangups=0)
        time.sleep(1)
        kafka.run("pause", others[0])
        time.sleep(0.3)
        cut(user, port, True)
        try:
            time.sleep(0.5)
            kafka.run("resume", others[0])
            kafka.run("stop-broker", leader)
            time.sleep(6)
        finally:
            cut(user, port, False)
        kafka.run("start-broker", leader)
        wait_until(d.ready, 60, "/ready after all is back")
        time.sleep(1)
        results = load.stop()
        d.stop()
        tallies.append(judge(results, kafka.read("cut")))
    return "%r" % tallies


TESTS = [
    ("a broker of three killed under load", broker_killed),
    ("leader moved while cut off from it", leader_moved_while_cut_off),
]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_CLUSTER_PORT", "19600")), 3).start()
    try:
        status = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status)
