"""transit-python2 as encoder and decoder against cmdr, over requests: see "rich" of checks.json. `rich.py ROWS`

Of the two transit-python on PyPI this is the one that is made for Python 3; the other stopped with Python 2."""
import datetime
import decimal
import sys
import uuid

import msgpack
from dateutil import tz
from transit.decoder import Decoder

import rows
# docs: begin
import io
import time
import requests
from transit.reader import Reader
from transit.transit_types import Keyword
from transit.writer import Writer


def encode(value, protocol="json"):
    out = io.StringIO() if protocol != "msgpack" else io.BytesIO()
    Writer(out, protocol).write(value)
    return out.getvalue() if protocol == "msgpack" else out.getvalue().encode()


def send(url, command, key):
    """Until it is answered: the same key makes it the same command, however often it is sent."""
    kind = "application/transit+json"
    for attempt in range(8):
        wait = 1
        try:
            r = requests.post(url, data=encode(command), timeout=30, headers={
                "Content-Type": kind, "Accept": kind, "Idempotency-Key": '"%s"' % key})
            if r.status_code not in (409, 429, 503, 504):
                return r, Reader("json").read(io.StringIO(r.text))
            wait = int(r.headers.get("Retry-After", 1))
        except requests.RequestException:
            pass    # not there, or gone before it answered
        time.sleep(wait)
    raise RuntimeError("no answer yet: send it again later, with the same key")


# send(url, {Keyword("action"): Keyword("create-foo"), Keyword("data"): {Keyword("at"): datetime.now(utc)}}, "order-17")
# docs: end

K = Keyword
PROTOCOLS = {"application/transit+json": "json", "application/transit+json;verbose=true": "json_verbose",
             "application/transit+msgpack": "msgpack"}
DATA = {
    K("keyword"): K("ns/name"), K("uuid"): uuid.UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    K("inst"): datetime.datetime(2026, 11, 27, 12, 30, 1, 234000, tz.tzutc()),
    K("set"): frozenset([1, 2, K("three")]), K("bigint"): 123456789012345678901234567890, K("long"): 9007199254740993,
    K("bigdec"): decimal.Decimal("1.50"), K("double"): 2.5, K("nil"): None, K("text"): "~tilde ^caret `tick zażółć \U0001f680",
    K("nested"): {"a string": [K("again"), K("again"), {K("deep"): -1}]},
}


def decode(raw, protocol):
    # Its own Reader takes MessagePack's strings as bytes, with every msgpack for Python 3: they are made text before it.
    if protocol == "msgpack":
        return Decoder().decode(msgpack.unpackb(raw, raw=False))
    return Reader("json").read(io.StringIO(raw.decode()))


def plain(value):
    """With lists, maps and tuples of the library as Python's own, to be compared."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "items"):
        return {k: plain(v) for k, v in value.items()}
    return value


def same(got, want):
    got = plain(got)
    wrong_ = [(k, got.get(k), v) for k, v in want.items() if got.get(k) != v or type(got.get(k)) is not type(v)]
    assert not wrong_, "not equal: %r" % wrong_


class Checks:
    def __init__(self, table, kind):
        self.table, self.kind, self.protocol = table, kind, PROTOCOLS[kind]
        self.url = table["base"] + "/commands"

    def ask(self, method, url, value=None):
        """The status, the headers, and the decoded answer."""
        r = requests.request(method, url, data=None if value is None else encode(value, self.protocol), timeout=60,
                             headers={"Content-Type": self.kind.split(";")[0], "Accept": self.kind})
        assert r.headers["Content-Type"].startswith(self.kind.split(";")[0]), r.headers["Content-Type"]
        return r.status_code, r.headers, decode(r.content, self.protocol)

    def command(self, data):
        return {K("action"): K("create-foo"), K("data"): data}

    def replayed(self):
        r, answer = send(self.table["flaky"] + "/commands", self.command(DATA), "%s-%s" % (self.table["run"], self.protocol))
        assert r.status_code == 202 and r.headers.get("Idempotency-Replayed") == "true", "%d %s" % (r.status_code, r.headers)
        same(answer[K("data")], DATA)

    def equal(self):
        status, _, answer = self.ask("POST", self.url + "?sync=true", self.command(DATA))
        assert status == 201, "%d %r" % (status, answer)
        event = answer[K("events")][0]
        assert answer[K("action")] == K("create-foo") and event[K("action")] == K("foo-created")
        assert isinstance(answer[K("id")], uuid.UUID) and event[K("parent")] == answer[K("id")]
        same(answer[K("data")], DATA)
        same(event[K("data")], DATA)

    def batch(self):
        status, _, answer = self.ask("POST", self.url, [self.command({K("i"): i}) for i in range(3)])
        got = [(r[K("status")], r[K("command")][K("data")][K("i")]) for r in answer[K("results")]]
        assert status == 202 and got == [(202, 0), (202, 1), (202, 2)], "%d %r" % (status, got)

    def problem(self):
        status, _, answer = self.ask("POST", self.url, {K("action"): K("create-foo")})
        assert status == 422 == answer[K("status")] and answer[K("type")] == "urn:cmdr:problem:invalid-command", repr(answer)

    def location(self):
        _, headers, sent = self.ask("POST", self.url, self.command(DATA))
        status, _, record = self.ask("GET", headers["Location"])
        assert status == 200 and record[K("id")] == sent[K("id")], repr(record)
        same(record[K("data")], DATA)


def main():
    table, good = rows.load(), True
    for kind in table["types"]:
        c = Checks(table, kind)
        for name, f in zip(table["rich"]["checks"], (c.replayed, c.equal, c.batch, c.problem, c.location), strict=True):
            why = None
            try:
                f()
            except Exception as e:      # a check that breaks is a check that failed
                why = "%s: %s" % (type(e).__name__, e)
            good = rows.say("%s: %s" % (kind, name), why) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
