-- The documented command, for wrk: one a request, or as many as the environment's BATCH says.
local command = '{"action":"create-foo","data":{"a":"map data payload"}}'
local batch = tonumber(os.getenv("BATCH") or "1")
wrk.method = "POST"
wrk.body = batch == 1 and command or "[" .. string.rep(command .. ",", batch - 1) .. command .. "]"
wrk.headers["Content-Type"] = "application/json"
local bad = 0
function response(status)
  if status ~= 202 and status ~= 201 then bad = bad + 1 end
end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.errors.status, summary.errors.read + summary.errors.write + summary.errors.timeout))
end
