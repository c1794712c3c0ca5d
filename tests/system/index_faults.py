#!/usr/bin/python3
"""The index under faults, on a real Kafka of one broker: the indexer killed, the disk full, the file damaged or another's,
topics made anew, records that are none. See lib.py. What is compared in the end is the file, read by sqlite3, with the topics."""
import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import time

import lib
from lib import Daemon, Kafka, Load, Processor, check, judge, wait_until

KILLS = int(os.environ.get("CMDR_KILLS", "20"))
kafka = None
serial = 0


def topics(partitions=4):
    global serial
    serial += 1
    c, e = "icommands%d" % serial, "ievents%d" % serial
    kafka.create(c, partitions)
    kafka.create(e, partitions)
    return c, e


def produce(topic, values, partition=-1):
    from confluent_kafka import Producer
    p = Producer({"bootstrap.servers": kafka.bootstrap})
    for v in values:
        p.produce(topic, v, partition=partition) if partition >= 0 else p.produce(topic, v)
    check(p.flush(60) == 0, "the test's records were not written")


def total(d, kind):
    status, _, body = d.get("/%s?limit=1" % kind)
    return json.loads(body)["total"] if status == 200 else -1


def index_check(d):
    """The part of /ready that tells of the index."""
    checks = json.loads(d.get("/ready")[2])["checks"]
    return [x for x in checks if x["name"] == "index"][0]


def wait_indexed(d, n, kind="commands", seconds=60):
    wait_until(lambda: total(d, kind) >= n, seconds, "%d %s in the index (%d are)" % (n, kind, total(d, kind)))


def rows(d, table):
    db = sqlite3.connect("file:%s/index.db?mode=ro" % d.options["index"]["directory"], uri=True)
    try:
        return [tuple(r) for r in db.execute("SELECT partition, offset, value FROM %s" % table)]
    finally:
        db.close()


def same(d, table, topic, bad=0):
    """Each record of the topic is a row, and no row is twice."""
    log = {(p, o): v for p, o, _, v in kafka.read(topic)}
    wait_until(lambda: len(rows(d, table)) + bad >= len(log), 60, "every record of %s to be a row" % topic)
    found = rows(d, table)
    places = {(p, o): v for p, o, v in found}
    check(len(places) == len(found), "a record of %s is two rows" % topic)
    check(len(found) + bad == len(log), "%d rows and %d undecodable of %d records" % (len(found), bad, len(log)))
    for place, value in places.items():
        check(log[place] == value, "the row of %r is not the record" % (place,))
    return len(found)


def whole(d):
    """SQLite, and our own lists, find nothing wrong."""
    p = subprocess.run([lib.CMDRCTL, "index", "check", "-f", d.conf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True)
    check(p.returncode == 0, "cmdrctl index check: %s" % p.stdout)


def indexer_killed():
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    processor = Processor(kafka.bootstrap, "c", c, e, ["--echo"])
    load = Load(d, clients=6, hangups=2)
    misses = reads = 0
    conn = d.connect()
    for i in range(KILLS):
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            status, headers, _ = d.post({"action": "create-foo", "data": {"i": i}}, conn=conn)
            if status == 202:
                conn.request("GET", headers["Location"])
                r = conn.getresponse()
                r.read()
                reads += 1
                misses += r.status == 404
        victims = wait_until(lambda: d.pids("indexer"), 20, "an indexer")
        os.kill(victims[0], signal.SIGKILL)
    results = load.stop()
    conn.close()
    wait_until(lambda: d.pids("indexer") and index_check(d)["ok"], 60, "the index to be well")
    tally = judge(results, kafka.read(c))
    wait_indexed(d, len(kafka.read(c)))
    processor.stop()
    n, m = same(d, "command", c), same(d, "event", e)
    whole(d)
    d.stop()
    check(misses == 0, "%d of %d reads of a Location were 404" % (misses, reads))
    check(len(d.grep("died of signal 9")) == KILLS, "the log does not tell each death")
    return "%d kills, %d commands, %d events, %d reads after writes, %r" % (KILLS, n, m, reads, tally)


def disk_full():
    c, e = topics(1)
    disk = tempfile.mkdtemp(prefix="cmdr-disk-")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "none", disk], check=True)
    d = Daemon(kafka.bootstrap, c, e, extra={"index": {"directory": disk}})
    try:
        d.start()
        wait_until(lambda: index_check(d)["ok"], 30, "the index to be open")
        n = 0
        while not d.grep("the disk is full"):
            check(d.post({"action": "fill", "data": {"text": os.urandom(8000).hex()}})[0] == 202, "a POST beside a full disk")
            n += 1
            check(n < 5000, "the disk does not fill")
        check(d.ready(), "/ready is 503 for a full disk")
        check(not index_check(d)["ok"] and "full" in index_check(d)["detail"], "/ready does not tell of the disk")
        for _ in range(50):
            check(d.post({"action": "fill", "data": {}})[0] == 202, "a POST beside a full disk")
        check(d.post({"action": "fill", "data": {}}, query="?sync=true", headers={"Prefer": "wait=1"})[0] == 202, "sync")
        subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)
        wait_until(lambda: index_check(d)["ok"], 30, "the index to go on")
        same(d, "command", c)
        whole(d)
        check(len(d.grep("the index goes on")) >= 1, "the log does not tell that it goes on")
        d.stop()
    finally:
        if d.process and d.process.poll() is None:
            d.stop()
        subprocess.run(["umount", "-l", disk])
        os.rmdir(disk)
    return "%d commands" % n


def set_aside(damage, says):
    """The file becomes something else while cmdrd is down: it is kept under another name, and made anew."""
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    for i in range(200):
        check(d.post({"action": "a", "data": {"i": i}})[0] == 202, "POST")
    wait_indexed(d, 200)
    cursor = json.loads(d.get("/commands?limit=1")[2])["next"]
    d.stop()
    path = os.path.join(d.options["index"]["directory"], "index.db")
    damage(path)
    d.start()
    wait_indexed(d, 200)
    check(same(d, "command", c) == 200, "not all is there again")
    aside = [f for f in os.listdir(os.path.dirname(path)) if f.startswith("index.db.2")]
    check(aside, "nothing was set aside: %r" % os.listdir(os.path.dirname(path)))
    check(d.grep(says), "the log does not say %r: %s" % (says, d.tail()))
    check(d.get("/commands?limit=1&after=" + cursor)[0] == 410, "a cursor of the former index is not gone")
    whole(d)
    d.stop()


def overwrite(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def no_database(path):
    for f in (path + "-wal", path + "-shm"):
        if os.path.exists(f):
            os.unlink(f)
    with open(path, "wb") as f:
        f.write(os.urandom(100000))


def other_version(path):
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 999")
    db.commit()
    db.close()


def others_database(path):
    for f in (path, path + "-wal", path + "-shm"):
        if os.path.exists(f):
            os.unlink(f)
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (a)")
    db.commit()
    db.close()


def topic_made_anew():
    c, e = topics(2)
    d = Daemon(kafka.bootstrap, c, e).start()
    for i in range(100):
        check(d.post({"action": "old", "data": {"i": i}})[0] == 202, "POST")
    wait_indexed(d, 100)
    kafka.run("delete", c)
    time.sleep(1)
    kafka.create(c, 2)
    wait_until(lambda: d.post({"action": "new", "data": {}})[0] == 202, 60, "POST after the topic is there again")
    wait_until(lambda: d.grep("is not the one that was indexed"), 60, "the indexer to notice")
    wait_indexed(d, 1)
    n = same(d, "command", c)
    check(total(d, "commands?action=old&limit=1&x=1".split("?")[0]) == n, "old rows are still there")
    d.stop()


def topic_made_anew_while_down():
    """As long as before, so that only the records themselves tell."""
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e).start()
    for i in range(20):
        d.post({"action": "old", "data": {"i": i}})
    wait_indexed(d, 20)
    d.stop()
    kafka.run("delete", c)
    time.sleep(1)
    kafka.create(c, 1)
    other = Daemon(kafka.bootstrap, c, e).start()
    for i in range(30):
        wait_until(lambda: other.post({"action": "new", "data": {"i": i}})[0] == 202, 60, "POST")
    other.stop()
    d.start()
    wait_until(lambda: d.grep("is not the one that was indexed"), 60, "the indexer to notice")
    wait_indexed(d, 30)
    same(d, "command", c)
    d.stop()


def partition_added():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e).start()
    d.post({"action": "a", "data": {}})
    kafka.run("partitions", c, 3)
    for i in range(100):
        check(d.post({"action": "a", "data": {"i": i}})[0] == 202, "POST")
        if i % 10 == 0:
            time.sleep(0.3)
    n = same(d, "command", c)
    d.stop()
    check(n == 101, "%d rows" % n)


def hostile_records():
    c, e = topics(1)
    d = Daemon(kafka.bootstrap, c, e).start()
    bad = [b"", b"\xc0", b"{}", b"\xff" * 200, os.urandom(500), b"\xe4\xef\xbb\xbf", b"\xc0\xe6" * 1000]
    produce(c, bad)
    produce(e, bad)
    for i in range(20):
        check(d.post({"action": "a", "data": {"i": i}})[0] == 202, "POST")
    wait_indexed(d, 20)
    check(same(d, "command", c, bad=len(bad)) == 20, "rows")
    check(same(d, "event", e, bad=len(bad)) == 0, "rows of events")
    check(d.ready(), "/ready")
    p = subprocess.run([lib.CMDRCTL, "undecodable", "-f", d.conf], stdout=subprocess.PIPE, text=True)
    check(p.returncode == 0 and c in p.stdout and e in p.stdout, "cmdrctl undecodable: %r" % p.stdout)
    d.stop()
    return "%d of each topic" % len(bad)


def newest(d):
    """The greatest number among those indexed last: of two partitions either may come last. Records may go while this asks."""
    last = json.loads(d.get("/commands?limit=50&offset=%d" % max(0, total(d, "commands") - 50))[2])["commands"]
    return max((r["data"]["i"] for r in last), default=-1)


def retention():
    c, e = topics(2)
    d = Daemon(kafka.bootstrap, c, e, extra={"index": {"retention_size": "1MiB"}})
    d.options["index"]["directory"] = os.path.join(d.dir, "index")
    d.write()
    d.start()
    for i in range(400):
        check(d.post({"action": "a", "data": {"i": i, "text": os.urandom(4000).hex()}})[0] == 202, "POST")
    wait_until(lambda: 0 < total(d, "commands") < 200, 60, "the oldest to go (%d left)" % total(d, "commands"))
    wait_until(lambda: newest(d) == 399, 60, "the newest to be there")
    whole(d)
    d.stop()
    return "%d of 400 left" % len(rows(d, "command"))


def reloads():
    c, e = topics()
    d = Daemon(kafka.bootstrap, c, e).start()
    load = Load(d, clients=4, hangups=0)
    for _ in range(3):
        running = len(d.grep("generation .* is running"))
        d.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(d.grep("generation .* is running")) > running, 60, "the next generation")
        time.sleep(1)
    tally = judge(load.stop(), kafka.read(c))
    n = same(d, "command", c)
    check(not d.grep("database is locked"), "two indexers met")
    whole(d)
    d.stop()
    return "%d commands, %r" % (n, tally)


TESTS = [
    ("kill -9 indexer", indexer_killed),
    ("disk full, then room", disk_full),
    ("file is no database", lambda: set_aside(no_database, "set aside as")),
    ("file damaged inside", lambda: set_aside(lambda p: overwrite(p, 100, os.urandom(3000)), "set aside as")),
    ("file of another version", lambda: set_aside(other_version, "version 999")),
    ("file is another's database", lambda: set_aside(others_database, "not cmdr's")),
    ("topic made anew", topic_made_anew),
    ("topic made anew while down", topic_made_anew_while_down),
    ("partition added", partition_added),
    ("hostile records", hostile_records),
    ("retention by size", retention),
    ("reloads under load", reloads),
]

if __name__ == "__main__":
    kafka = Kafka(int(os.environ.get("CMDR_KAFKA_PORT", "19540"))).start()
    try:
        status_code = lib.run(TESTS, os.environ.get("CMDR_ONLY"))
    finally:
        kafka.clean()
    raise SystemExit(status_code)
