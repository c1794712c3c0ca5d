#!/usr/bin/python3
"""Commands with an Idempotency-Key, each sent several times at random moments by clients that hang up, while producer, workers
and indexer are killed: each id is on the log once. A real Kafka of one broker. See lib.py."""
import collections
import http.client
import json
import os
import random
import signal
import socket
import threading
import time

import lib
from lib import Daemon, Kafka, check, wait_until

COMMANDS = int(os.environ.get("CMDR_COMMANDS", "1500"))
TIMES = 3
CLIENTS = 12
kafka = None


class Sender(threading.Thread):
    """Sends its commands TIMES each, in random order; now and then it hangs up instead of reading the answer."""

    def __init__(self, daemon, numbers, seed):
        super().__init__()
        self.daemon_, self.random = daemon, random.Random(seed)
        self.todo = [n for n in numbers for _ in range(TIMES)]
        self.random.shuffle(self.todo)
        self.tally = collections.Counter()
        self.yes = set()

    def one(self, n):
        body = json.dumps({"action": "create-foo", "data": {"n": n}}).encode()
        head = (b"POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nIdempotency-Key: \"n-%d\"\r\n"
                b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (n, len(body)))
        with socket.create_connection(("127.0.0.1", self.daemon_.port), 60) as s:
            s.sendall(head + body)
            if self.random.random() < 0.1:
                self.tally["hung up"] += 1
                return
            r = http.client.HTTPResponse(s)
            r.begin()
            text = r.read()
            self.tally[str(r.status) + (" replayed" if r.getheader("Idempotency-Replayed") else "")] += 1
            if r.status == 202:
                self.yes.add(n)
            else:
                check(r.status in (409, 503, 504), "status %d: %r" % (r.status, text[:200]))

    def run(self):
        for n in self.todo:
            try:
                self.one(n)
            except (OSError, http.client.HTTPException):
                self.tally["closed"] += 1
                time.sleep(0.02)


def sent_thrice():
    c, e = "kcommands", "kevents"
    kafka.create(c, 4)
    kafka.create(e, 4)
    d = Daemon(kafka.bootstrap, c, e).start()
    # Twice the same numbers: two clients race for each.
    senders = [Sender(d, range(i, COMMANDS, CLIENTS // 2), 100 * i + j) for i in range(CLIENTS // 2) for j in range(2)]
    for s in senders:
        s.start()
    kills = collections.Counter()
    victims = random.Random(5)
    while any(s.is_alive() for s in senders):
        time.sleep(1.5)
        role = victims.choice(["producer", "worker", "indexer", "worker"])
        for pid in d.pids(role)[:1]:
            os.kill(pid, signal.SIGKILL)
            kills[role] += 1
    for s in senders:
        s.join()
    d.wait_ready()
    # What was never answered is sent until it is: a client that does not know retries.
    yes = set().union(*[s.yes for s in senders])
    tally = sum([s.tally for s in senders], collections.Counter())
    rest = [n for n in range(COMMANDS) if n not in yes]
    conn = d.connect()
    for n in rest:
        def again():
            status, _, text = d.post({"action": "create-foo", "data": {"n": n}}, headers={"Idempotency-Key": '"n-%d"' % n}, conn=conn)
            return status == 202
        wait_until(again, 60, "command %d to be taken" % n)
    places = collections.defaultdict(list)
    for partition, offset, key, value in kafka.read(c):
        places[key].append((partition, offset))
    twice = {k: p for k, p in places.items() if len(p) > 1}
    check(len(places) == COMMANDS, "%d ids on the log of %d commands" % (len(places), COMMANDS))
    # The same command with a replay of each: nothing is written any more.
    before = sum(len(p) for p in places.values())
    for n in range(0, COMMANDS, max(1, COMMANDS // 200)):
        status, headers, text = d.post({"action": "create-foo", "data": {"n": n}}, headers={"Idempotency-Key": '"n-%d"' % n}, conn=conn)
        check(status == 202 and headers.get("Idempotency-Replayed") == "true", "a replay: %d %r" % (status, text[:200]))
        status, _, text = d.post({"action": "create-foo", "data": {"n": -1}}, headers={"Idempotency-Key": '"n-%d"' % n}, conn=conn)
        check(status == 422 and b"idempotency-key-reused" in text, "another command: %d %r" % (status, text[:200]))
    check(len(kafka.read(c)) == before, "a replay wrote something")
    d.stop()
    # And after all of cmdrd is another.
    d.start()
    status, headers, text = wait_until(lambda: (lambda r: r if r[0] == 202 else None)(
        d.post({"action": "create-foo", "data": {"n": 0}}, headers={"Idempotency-Key": '"n-0"'})), 60, "a replay after a restart")
    check(headers.get("Idempotency-Replayed") == "true", "after a restart it was written again")
    d.stop()
    note = "%d commands, %r, kills %r, %d ids twice" % (COMMANDS, dict(tally), dict(kills), len(twice))
    check(not twice, note + ": %r" % list(twice.items())[:3])
    return note


TESTS = [("each sent %d times by two clients, processes killed" % TIMES, sent_thrice)]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_KAFKA_PORT", "19560"))).start()
    try:
        status_code = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status_code)
