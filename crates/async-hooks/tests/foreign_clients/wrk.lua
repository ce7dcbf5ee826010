-- Sends an id and a trace of its own with each request; counts responses whose handler saw another id than they carry.

local kinds = { "plain", "scattered", "streamed" }
local threads = {}

function setup(thread)
  thread:set("thread", #threads + 1)
  table.insert(threads, thread)
end

function init()
  sent, mixed_up = 0, 0
end

function request()
  sent = sent + 1
  local number = thread * 100000000 + sent
  return wrk.format("GET", "/" .. kinds[sent % 3 + 1] .. "/" .. number, {
    ["x-request-id"] = "wrk-" .. number,
    ["traceparent"] = string.format("00-%032x-00f067aa0ba902b7-01", number),
  })
end

function response(status, headers, body)
  local id = headers["x-request-id"]
  if status ~= 200 or not id or not string.find(body, " " .. id .. " ", 1, true) then
    mixed_up = mixed_up + 1
  end
end

function done(summary)
  local all = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
  for _, thread in ipairs(threads) do
    all = all + thread:get("mixed_up")
  end
  os.exit(all == 0 and summary.requests > 0 and 0 or 1)
end
