"""What the Python clients share: reading the rows of checks.json, filling in what was saved, judging an answer. No HTTP."""
import json
import re
import sys


def load():
    with open(sys.argv[1], encoding="utf-8") as f:
        return json.load(f)


def fill(row, saved):
    """The row with ${…} replaced in its URL and headers."""
    def put(text):
        return re.sub(r"\$\{(\w+)\}", lambda m: saved[m[1]], text)
    return dict(row, url=put(row["url"]), headers={k: put(v) for k, v in row.get("headers", {}).items()})


def at(value, pointer):
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def wrong(row, status, headers, text):
    """Why the answer is not what the row says, or None. headers: a case-insensitive mapping; text: the decoded body."""
    if status != row["status"]:
        return "status %d, not %d: %s" % (status, row["status"], text[:300])
    for name, want in row.get("answers", {}).items():
        got = headers.get(name)
        if want == "-" and got is not None or want != "-" and got is None:
            return "%s is %r" % (name, got)
        if want not in ("-", "*") and got != want and not (want.endswith("*") and got.startswith(want[:-1])):
            return "%s is %r, not %r" % (name, got, want)
    if row.get("empty") and text:
        return "a body: %r" % text[:100]
    place = 0
    for part in row.get("contains", []):
        place = text.find(part, place)
        if place < 0:
            return "%r is not there, or not in its place: %s" % (part, text[:300])
        place += len(part)
    for pointer, want in row.get("json", {}).items():
        got = at(json.loads(text), pointer)
        if got != want:
            return "%s is %r, not %r" % (pointer, got, want)
    return None


def keep(row, headers, saved):
    for name, header in row.get("save", {}).items():
        saved[name] = headers[header]


def say(name, why):
    """One line a check, as tests/system/clients.py reads them."""
    print("ok\t%s" % name if why is None else "FAIL\t%s\t%s" % (name, why.replace("\n", " ")), flush=True)
    return why is None
