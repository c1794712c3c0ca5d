// transit-js as encoder and decoder against cmdr, over fetch: see "rich" of checks.json. `node rich.mjs ROWS`
import { readFileSync } from "node:fs";
// docs: begin
import transit from "transit-js";

const k = transit.keyword, writer = transit.writer("json"), reader = transit.reader("json");

// Until it is answered: the same key makes it the same command, however often it is sent.
async function send(url, command, key) {
  const kind = "application/transit+json";
  const request = { method: "POST", body: writer.write(command),
                    headers: { "Content-Type": kind, Accept: kind, "Idempotency-Key": `"${key}"` } };
  for (let attempt = 0; attempt < 8; attempt++) {
    const r = await fetch(url, { ...request, signal: AbortSignal.timeout(30000) }).catch(() => null);
    if (r && ![409, 429, 503, 504].includes(r.status))
      return [r, reader.read(await r.text())];
    await new Promise(done => setTimeout(done, 1000 * Number(r?.headers.get("Retry-After") ?? 1)));
  }
  throw new Error("no answer yet: send it again later, with the same key");
}

// send(url, transit.map([k("action"), k("create-foo"), k("data"), transit.map([k("at"), new Date()])]), "order-17")
// docs: end

const DATA = transit.map([
  k("keyword"), k("ns/name"), k("symbol"), transit.symbol("ns/sym"),
  k("uuid"), transit.uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), k("inst"), new Date(1795797001234),
  k("set"), transit.set([1, 2, k("three")]), k("bigint"), transit.bigInt("123456789012345678901234567890"),
  k("long"), transit.integer("9007199254740993"), k("bigdec"), transit.bigDec("1.50"), k("double"), 2.5, k("nil"), null,
  k("uri"), transit.uri("http://example.com/?a=b"), k("text"), "~tilde ^caret `tick zażółć \u{1f680}",
  k("bytes"), transit.binary("AAH+/w=="),
  k("nested"), transit.map(["a string", [k("again"), k("again"), transit.map([k("deep"), -1])],
                            transit.uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), transit.map([[1, 2], k("composite")])]),
]);

const command = data => transit.map([k("action"), k("create-foo"), k("data"), data]);
const table = JSON.parse(readFileSync(process.argv[2], "utf8"));

function must(good, what) {
  if (!good)
    throw new Error(String(what));
}

function equal(a, b) {
  const bytes = x => ArrayBuffer.isView(x) ? Buffer.from(x).toString("hex") : null;
  return bytes(b) !== null ? bytes(a) === bytes(b) : transit.equals(a, b);
}

// All of DATA is in the map, which may have more.
function same(map, want = DATA) {
  want.forEach((v, key) => must(equal(map.get(key), v), `${key}: ${map.get(key)}, not ${v}`));
}

class Checks {
  constructor(kind) {
    this.kind = kind;
    this.url = table.base + "/commands";
    this.writer = transit.writer(kind.includes("verbose") ? "json-verbose" : "json");
  }

  async ask(method, url, value) {
    const body = value === undefined ? undefined : this.writer.write(value);
    const r = await fetch(url, { method, body, headers: { "Content-Type": "application/transit+json", Accept: this.kind } });
    must(r.headers.get("Content-Type").startsWith("application/transit+json"), r.headers.get("Content-Type"));
    return [r, reader.read(await r.text())];
  }

  async replayed() {
    const [r, answer] = await send(table.flaky + "/commands", command(DATA), table.run + this.kind);
    must(r.status === 202 && r.headers.get("Idempotency-Replayed") === "true", r.status);
    same(answer.get(k("data")));
  }

  async equal() {
    const [r, answer] = await this.ask("POST", this.url + "?sync=true", command(DATA));
    must(r.status === 201, r.status);
    const event = answer.get(k("events"))[0];
    must(transit.equals(answer.get(k("action")), k("create-foo")), answer.get(k("action")));
    must(transit.isUUID(answer.get(k("id"))) && transit.equals(event.get(k("parent")), answer.get(k("id"))), "the ids");
    same(answer.get(k("data")));
    same(event.get(k("data")));
  }

  async batch() {
    const [r, answer] = await this.ask("POST", this.url, [0, 1, 2].map(i => command(transit.map([k("i"), i]))));
    const got = answer.get(k("results")).map(x => [x.get(k("status")), x.get(k("command")).get(k("data")).get(k("i"))]);
    must(r.status === 202 && got.join() === "202,0,202,1,202,2", got);
  }

  async problem() {
    const [r, answer] = await this.ask("POST", this.url, transit.map([k("action"), k("create-foo")]));
    must(r.status === 422 && answer.get(k("status")) === 422, r.status);
    must(answer.get(k("type")) === "urn:cmdr:problem:invalid-command", answer.get(k("type")));
  }

  async location() {
    const [r, sent] = await this.ask("POST", this.url, command(DATA));
    const [, record] = await this.ask("GET", r.headers.get("Location"));
    must(transit.equals(record.get(k("id")), sent.get(k("id"))), record.get(k("id")));
    same(record.get(k("data")));
  }
}

for (const kind of table.types) {
  const c = new Checks(kind), steps = ["replayed", "equal", "batch", "problem", "location"];
  for (const [i, name] of table.rich.checks.entries()) {
    const why = await c[steps[i]]().then(() => null, e => `${e}`);
    console.log(why === null ? `ok\t${kind}: ${name}` : `FAIL\t${kind}: ${name}\t${why.replaceAll("\n", " ")}`);
    process.exitCode ||= why === null ? 0 : 1;
  }
}
