-- A wrk script: every call is a new one. Arguments: template file, SOAPAction, number of the first call.
-- Without a SOAPAction it is a GET, with the template's lines as headers. Otherwise
-- the template is the contract's sample with marks {clock} and {number}: {clock} becomes mm:ss, {number} seven digits.

local method, pieces, marks, headers, number

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local text = file:read("*a")
  file:close()
  if args[2] == "" then
    method, headers = "GET", {}
    for name, value in text:gmatch("([%w-]+): ([^\n]+)") do headers[name] = value end
    return
  end
  method = "POST"
  headers = { ["Content-Type"] = "text/xml; charset=utf-8", ["SOAPAction"] = '"' .. args[2] .. '"' }
  number = tonumber(args[3])
  pieces, marks = {}, {}
  local from = 1
  while true do
    local first, last, mark = text:find("{(%a+)}", from)
    if not first then break end
    pieces[#pieces + 1] = text:sub(from, first - 1)
    marks[#marks + 1] = mark
    from = last + 1
  end
  pieces[#pieces + 1] = text:sub(from)
end

function request()
  if method == "GET" then return wrk.format(method, nil, headers) end
  number = number + 1
  local written = {
    clock = string.format("%02d:%02d", math.floor(number / 60) % 60, number % 60),
    number = string.format("%07d", number % 10000000),
  }
  local out = {}
  for i, piece in ipairs(pieces) do
    out[2 * i - 1] = piece
    out[2 * i] = written[marks[i]]
  end
  return wrk.format(method, nil, headers, table.concat(out))
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'MEASURED {"calls": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "status": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    e.status, e.connect, e.read, e.write, e.timeout))
end
