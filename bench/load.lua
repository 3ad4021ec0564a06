-- A wrk script: every call is a new one, the kinds in turn. Arguments: number of the first call, then for each kind
-- its template file, SOAPAction and path. An empty path is the URL's own.
-- Without a SOAPAction it is a GET, with the template's lines as headers. Otherwise
-- the template is the contract's sample with marks: {clock} becomes mm:ss, {number} seven digits, {day} today in Denmark
-- (or tomorrow, in winter's last hour; a call of an earlier day would be looked up as a repeat).

local kinds, turn, number = {}, 0, 0
local day = os.date("!%Y-%m-%d", os.time() + 7200)

local function read(name, action, path)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  local kind = { path = path ~= "" and path or nil, headers = {}, pieces = {}, marks = {} }
  if action == "" then
    kind.method = "GET"
    for header, value in text:gmatch("([%w-]+): ([^\n]+)") do kind.headers[header] = value end
    return kind
  end
  kind.method = "POST"
  kind.headers = { ["Content-Type"] = "text/xml; charset=utf-8", ["SOAPAction"] = '"' .. action .. '"' }
  local from = 1
  while true do
    local first, last, mark = text:find("{(%a+)}", from)
    if not first then break end
    kind.pieces[#kind.pieces + 1] = text:sub(from, first - 1)
    kind.marks[#kind.marks + 1] = mark
    from = last + 1
  end
  kind.pieces[#kind.pieces + 1] = text:sub(from)
  return kind
end

function init(args)
  number = tonumber(args[1])
  for i = 2, #args, 3 do kinds[#kinds + 1] = read(args[i], args[i + 1], args[i + 2]) end
end

function request()
  turn = turn % #kinds + 1
  local kind = kinds[turn]
  if kind.method == "GET" then return wrk.format(kind.method, kind.path, kind.headers) end
  number = number + 1
  local written = {
    day = day,
    clock = string.format("%02d:%02d", math.floor(number / 60) % 60, number % 60),
    number = string.format("%07d", number % 10000000),
  }
  local out = {}
  for i, piece in ipairs(kind.pieces) do
    out[2 * i - 1] = piece
    out[2 * i] = written[kind.marks[i]]
  end
  return wrk.format(kind.method, kind.path, kind.headers, table.concat(out))
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'MEASURED {"calls": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "status": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    e.status, e.connect, e.read, e.write, e.timeout))
end
