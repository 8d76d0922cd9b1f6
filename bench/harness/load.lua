-- Drives wrk from a workload folder written by load.ts:
--   head     the request line's method, then one header per line
--   paths    one per line, chosen uniformly at random
--   tenants  one per line, chosen uniformly at random and put in front of the path (may be empty)
--   bodies   one per path, or one for all, or empty; every {n} becomes a number used once
-- Arguments: folder, seed.

local method, headers
local paths, tenants, bodies = {}, {}, {}
local next_number

local function read_lines(path)
  local lines = {}
  for line in io.lines(path) do
    lines[#lines + 1] = line
  end
  return lines
end

function init(args)
  local folder, seed = args[1], tonumber(args[2])
  math.randomseed(seed)
  next_number = seed * 1000000
  headers = "Host: localhost\r\n"
  for index, line in ipairs(read_lines(folder .. "/head")) do
    if index == 1 then
      method = line
    else
      headers = headers .. line .. "\r\n"
    end
  end
  paths = read_lines(folder .. "/paths")
  for _, tenant in ipairs(read_lines(folder .. "/tenants")) do
    tenants[#tenants + 1] = "/tenants/" .. tenant
  end
  bodies = read_lines(folder .. "/bodies")
end

function request()
  local index = math.random(#paths)
  local path = paths[index]
  if #tenants > 0 then
    path = tenants[math.random(#tenants)] .. path
  end
  if #bodies == 0 then
    return method .. " " .. path .. " HTTP/1.1\r\n" .. headers .. "\r\n"
  end
  next_number = next_number + 1
  local body = string.gsub(bodies[#bodies == 1 and 1 or index], "{n}", string.format("%d", next_number))
  return method .. " " .. path .. " HTTP/1.1\r\n" .. headers .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%f,"bytes":%d,"failed":%d,"p50":%f,"p99":%f,"max":%f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
