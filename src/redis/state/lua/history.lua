--- @include "lua/clock"
--- @include "lua/audit"
--- @include "lua/documents"
--[[
Lists the versions of a document that were current at some time within history, newest first.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history

ARGV[1] how many
ARGV[2] only those before this one, <milliseconds>-<version>; '' for all
ARGV[3] how many bytes of values are enough; one version is given however large it is

Returns {1 if there are more else 0, then for each: id, operation, by, expires or '', sliding, value or ''}.
]]
local wanted, before, enough = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local result, bytes, count = { 0 }, 0, 0

local function full() return count >= wanted or (count > 0 and bytes >= enough) end

local function add(id, op, by, expires, sliding, value)
  count = count + 1
  bytes = bytes + #value
  for _, part in ipairs({ id, op, by, expires, sliding, value }) do table.insert(result, part) end
end

audit('ok')
local current = before == '' and state_load(KEYS[2], KEYS[3])
if current then
  add(current.id, current.op, current.by, current.expires, current.sliding, state_text(KEYS[1], current))
end

-- When the newer neighbour became current, this one was superseded.
local superseded = tonumber(string.match(before, '^(%d+)')) or (current and tonumber(current.time)) or now
local last = before ~= '' and '(' .. before or '+'
while true do
  local entry = redis.call('XREVRANGE', KEYS[3], last, '-', 'COUNT', 1)[1]
  if not entry or superseded <= now - state_keep then break end
  if full() then
    result[1] = 1
    break
  end
  local field = {}
  for i = 1, #entry[2], 2 do field[entry[2][i]] = entry[2][i + 1] end
  add(entry[1], field.o, field.b, field.e or '', field.s or '', field.j or '')
  superseded = tonumber(string.match(entry[1], '^(%d+)'))
  last = '(' .. entry[1]
end
return result
