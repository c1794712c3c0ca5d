"""Python's httpx, asynchronous, against cmdr: one client over HTTP/1.1, by the rows of checks.json. `httpx_client.py ROWS`"""
import gzip
import json
import sys

import rows
# docs: begin
import asyncio
import httpx


async def send(client, url, command, key):
    """Until it is answered: the same key makes it the same command, however often it is sent."""
    for attempt in range(8):
        wait = 1
        try:
            r = await client.post(url, json=command, headers={"Idempotency-Key": '"%s"' % key}, timeout=30)
            if r.status_code not in (409, 429, 503, 504):
                return r
            wait = int(r.headers.get("Retry-After", 1))
        except httpx.TransportError:
            pass    # not there, or gone before it answered
        await asyncio.sleep(wait)
    raise RuntimeError("no answer yet: send it again later, with the same key")
# docs: end


async def pieces(body):
    for i in range(0, len(body), 1000):
        yield body[i:i + 1000]


async def ask(client, row):
    body = row.get("body")
    body = body.encode() if body is not None else None
    if row.get("how") == "gzip":
        body = gzip.compress(body)
    elif row.get("how") == "chunked":
        body = pieces(body)
    return await client.request(row.get("method", "GET"), row["url"], headers=row["headers"], content=body)


def judge(row, r):
    why = rows.wrong(row, r.status_code, r.headers, r.content.decode())
    if why is None and row.get("how") == "gunzip" and r.headers.get("Content-Encoding") != "gzip":
        why = "the answer was not gzipped"
    return why


async def many(client, row, times):
    for _ in range(times):
        r = await ask(client, row)
        why = judge(row, r)
        if why:
            return r, why
    return r, None


async def check(client, row, saved):
    how, times = row.get("how"), row.get("times", 1)
    if how == "safely":
        r = await send(client, row["url"], json.loads(row["body"]), row["headers"]["Idempotency-Key"].strip('"'))
        return judge(row, r)
    if how == "at once":
        done = await asyncio.gather(*[many(client, row, times // 8) for _ in range(8)])
        return next((why for _, why in done if why), None)
    r, why = await many(client, row, times)
    if why is None:
        rows.keep(row, r.headers, saved)
    return why


async def main():
    saved, good = {}, True
    async with httpx.AsyncClient(timeout=60) as client:
        for row in rows.load()["checks"]:
            why = await check(client, rows.fill(row, saved), saved)
            good = rows.say(row["name"], why) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
