-- The documented command, for wrk.
wrk.method = "POST"
wrk.body = '{"action":"create-foo","data":{"a":"map data payload"}}'
wrk.headers["Content-Type"] = "application/json"
local bad = 0
function response(status)
  if status ~= 202 and status ~= 201 then bad = bad + 1 end
end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.errors.status, summary.errors.read + summary.errors.write + summary.errors.timeout))
end
