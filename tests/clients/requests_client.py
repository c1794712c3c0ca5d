"""Python's requests against cmdr: one session, by the rows of checks.json. `requests_client.py ROWS`"""
import concurrent.futures
import gzip
import json
import sys

import rows
# docs: begin
import time
import requests


def send(url, command, key, session=requests):
    """Until it is answered: the same key makes it the same command, however often it is sent."""
    for attempt in range(8):
        wait = 1
        try:
            r = session.post(url, json=command, headers={"Idempotency-Key": '"%s"' % key}, timeout=30)
            if r.status_code not in (409, 429, 503, 504):
                return r
            wait = int(r.headers.get("Retry-After", 1))
        except requests.RequestException:
            pass    # not there, or gone before it answered
        time.sleep(wait)
    raise RuntimeError("no answer yet: send it again later, with the same key")
# docs: end


session = requests.Session()


def safely(row):
    return send(row["url"], json.loads(row["body"]), row["headers"]["Idempotency-Key"].strip('"'), session)


def pieces(body):
    for i in range(0, len(body), 1000):
        yield body[i:i + 1000]


def ask(row, by=session):
    body = row.get("body")
    body = body.encode() if body is not None else None
    if row.get("how") == "gzip":
        body = gzip.compress(body)
    elif row.get("how") == "chunked":
        body = pieces(body)
    # requests asks for gzip by itself; what a row says of Accept-Encoding comes in its place.
    return by.request(row.get("method", "GET"), row["url"], headers=row["headers"], data=body, timeout=60,
                      allow_redirects=False)


def judge(row, r):
    why = rows.wrong(row, r.status_code, r.headers, r.content.decode())
    if why is None and row.get("how") == "gunzip" and r.headers.get("Content-Encoding") != "gzip":
        why = "the answer was not gzipped"
    return why


def part(row, times):
    with requests.Session() as own:
        return [judge(row, ask(row, own)) for _ in range(times)]


def main():
    saved, good = {}, True
    for row in rows.load()["checks"]:
        row = rows.fill(row, saved)
        how, times = row.get("how"), row.get("times", 1)
        if how == "safely":
            r = safely(row)
            why = judge(row, r)
        elif how == "at once":
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                all_ = pool.map(lambda _: part(row, times // 8), range(8))
                why = next((w for ws in all_ for w in ws if w), None)
        else:
            for _ in range(times):
                r = ask(row)
                why = judge(row, r)
                if why:
                    break
            if why is None:
                rows.keep(row, r.headers, saved)
        good = rows.say(row["name"], why) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
