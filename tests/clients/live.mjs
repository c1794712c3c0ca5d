// EventSource (npm eventsource) against cmdr's live streams: see "live" of checks.json. `node live.mjs ROWS`
import { readFileSync } from "node:fs";
// docs: begin
import { EventSource } from "eventsource";

// Every command from now on, over cuts and restarts: EventSource comes back by itself and says where it stood.
function follow(url, taken) {
  const updates = new EventSource(url);
  updates.addEventListener("command", e => taken(JSON.parse(e.data), e.lastEventId));
  updates.addEventListener("error", e => {
    if (updates.readyState === EventSource.CLOSED)
      console.error(`refused for good: ${e.code} ${e.message}`);     // 410: read what is kept, then begin anew
  });
  return updates;
}
// docs: end

const table = JSON.parse(readFileSync(process.argv[2], "utf8"));
const path = `/commands/updates?action=${table.run}`;
const pause = ms => new Promise(done => setTimeout(done, ms));

async function until(condition, what) {
  for (let i = 0; i < 600; i++) {
    if (condition())
      return;
    await pause(50);
  }
  throw new Error(`waited for ${what} in vain`);
}

async function post(n) {
  const r = await fetch(table.base + "/commands", { method: "POST", headers: { "Content-Type": "application/json" },
                                                    body: JSON.stringify({ action: table.run, data: { n } }) });
  if (r.status !== 202)
    throw new Error(`POST: ${r.status}`);
}

function wanted(got, from, to) {
  const want = Array.from({ length: to - from }, (_, i) => from + i).join();
  if ([...got].sort((a, b) => a - b).join() !== want)
    throw new Error(`got ${got}, not ${want}`);
}

let last, updates;
const got = [];

const steps = [
  async () => {
    updates = follow(table.cut + path, (command, id) => { got.push(command.data.n); last = id; });
    await until(() => updates.readyState === EventSource.OPEN, "the stream");
    await post(0);
    await until(() => got.length === 1, "the first record");
  },
  // The relay cuts each connection after some records' bytes, in the midst of one where it may be.
  async () => {
    for (let n = 1; n < 9; n++)
      await post(n);
    await until(() => got.length >= 9, "9 records");
    await pause(300);
    wanted(got, 0, 9);
    updates.close();
  },
  async () => {
    for (let n = 9; n < 12; n++)
      await post(n);
    const later = [];
    const again = follow(`${table.base}${path}&last_event_id=${last}`, command => later.push(command.data.n));
    await until(() => later.length >= 3, "3 records");
    await post(12);
    await until(() => later.length >= 4, "a live one");
    again.close();
    wanted(later, 9, 13);
  },
  // A token of another cluster: a well formed one whose bytes in the midst are others.
  async () => {
    const other = last.slice(0, 4) + (last[4] === "A" ? "B" : "A") + last.slice(5);
    let why;
    const refused = new EventSource(`${table.base}${path}&last_event_id=${other}`);
    refused.addEventListener("error", e => { why = e.code; });
    await until(() => refused.readyState === EventSource.CLOSED, "the refusal");
    if (why !== 410)
      throw new Error(`ended by ${why}`);
  },
];

for (const [i, name] of table.live.entries()) {
  const why = await steps[i]().then(() => null, e => `${e}`);
  console.log(why === null ? `ok\t${name}` : `FAIL\t${name}\t${why}`);
  process.exitCode ||= why === null ? 0 : 1;
}
process.exit();
