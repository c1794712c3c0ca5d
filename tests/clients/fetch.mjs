// Node's fetch (undici) against cmdr, by the rows of checks.json. `node fetch.mjs ROWS`
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

// docs: begin
// Until it is answered: the same key makes it the same command, however often it is sent.
async function send(url, command, key) {
  const request = { method: "POST", body: JSON.stringify(command),
                    headers: { "Content-Type": "application/json", "Idempotency-Key": `"${key}"` } };
  for (let attempt = 0; attempt < 8; attempt++) {
    // A connection that ends without an answer is a TypeError, one that hangs a TimeoutError.
    const r = await fetch(url, { ...request, signal: AbortSignal.timeout(30000) }).catch(() => null);
    if (r && ![409, 429, 503, 504].includes(r.status))
      return r;
    await new Promise(done => setTimeout(done, 1000 * Number(r?.headers.get("Retry-After") ?? 1)));
  }
  throw new Error("no answer yet: send it again later, with the same key");
}
// docs: end

function stream(text) {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({ pull(c) {
    if (at >= bytes.length)
      return c.close();
    c.enqueue(bytes.slice(at, at += 1000));
  } });
}

function ask(row) {
  const body = row.how === "gzip" ? gzipSync(row.body) : row.how === "chunked" ? stream(row.body) : row.body;
  return fetch(row.url, { method: row.method ?? "GET", headers: row.headers, body, redirect: "error",
                          ...(row.how === "chunked" ? { duplex: "half" } : {}) });
}

const at = (value, pointer) => pointer.split("/").slice(1).reduce((v, step) => v[step], value);

function wrongHeader(want, got) {
  return want === "-" ? got !== null : got === null || want !== "*" && got !== want &&
    !(want.endsWith("*") && got.startsWith(want.slice(0, -1)));
}

async function judge(row, r) {
  const text = await r.text();
  if (r.status !== row.status)
    return `status ${r.status}, not ${row.status}: ${text.slice(0, 300)}`;
  for (const [name, want] of Object.entries(row.answers ?? {}))
    if (wrongHeader(want, r.headers.get(name)))
      return `${name} is ${r.headers.get(name)}, not ${want}`;
  if (row.empty && text)
    return `a body: ${text}`;
  if (row.how === "gunzip" && r.headers.get("content-encoding") !== "gzip")
    return "the answer was not gzipped";
  let place = 0;
  for (const part of row.contains ?? []) {
    place = text.indexOf(part, place);
    if (place < 0)
      return `${part} is not there, or not in its place: ${text.slice(0, 300)}`;
    place += part.length;
  }
  for (const [pointer, want] of Object.entries(row.json ?? {}))
    if (at(JSON.parse(text), pointer) !== want)
      return `${pointer} is ${JSON.stringify(at(JSON.parse(text), pointer))}, not ${want}`;
  return null;
}

async function many(row, times) {
  for (let i = 0; i < times; i++) {
    const why = await judge(row, await ask(row));
    if (why)
      return why;
  }
  return null;
}

async function check(row, saved) {
  if (row.how === "safely")
    return judge(row, await send(row.url, JSON.parse(row.body), row.headers["Idempotency-Key"].replaceAll('"', "")));
  if (row.how === "at once")
    return (await Promise.all(Array.from({ length: 8 }, () => many(row, row.times / 8)))).find(why => why) ?? null;
  if (row.times)
    return many(row, row.times);
  const r = await ask(row);
  for (const [name, header] of Object.entries(row.save ?? {}))
    saved[name] = r.headers.get(header);
  return judge(row, r);
}

const saved = {};
const put = text => text.replace(/\$\{(\w+)\}/g, (_, name) => saved[name]);
for (const row of JSON.parse(readFileSync(process.argv[2], "utf8")).checks) {
  const headers = Object.fromEntries(Object.entries(row.headers ?? {}).map(([k, v]) => [k, put(v)]));
  const why = await check({ ...row, url: put(row.url), headers }, saved).catch(e => `${e}: ${e.cause}`);
  console.log(why === null ? `ok\t${row.name}` : `FAIL\t${row.name}\t${why.replaceAll("\n", " ")}`);
  process.exitCode ||= why === null ? 0 : 1;
}
