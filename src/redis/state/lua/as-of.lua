--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
--- @include "lua/documents"
--[[
Reads what a document was at a time.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history

ARGV[1] the time, milliseconds since the epoch

Returns {DONE, version, time, by, expires or '', sliding, value}; {MISSING} it wasn't there then; {EXPIRED} history
doesn't go back so far; {FUTURE}.
]]
local time = tonumber(ARGV[1])
if time > now then
  audit('invalid')
  return { CODE.FUTURE }
end
if time < now - state_keep then
  audit('expired')
  return { CODE.EXPIRED }
end

local function reply(version, updated, by, expires, sliding, value)
  if not value or (expires ~= '' and tonumber(expires) <= time) then
    audit('missing')
    return { CODE.MISSING }
  end
  audit('ok')
  return { CODE.DONE, version, updated, by, expires, sliding, value }
end

local current = state_load(KEYS[2], KEYS[3])
if current and tonumber(current.time) <= time then
  return reply(current.version, current.time, current.by, current.expires, current.sliding, state_text(KEYS[1], current))
end
local entry = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
local past = entry and tonumber(string.match(entry[1], '^(%d+)')) > now and state_past(KEYS[3])
if not past or tonumber(past) > time then
  past, entry = nil, redis.call('XREVRANGE', KEYS[3], ARGV[1], '-', 'COUNT', 1)[1]
end
if not entry then return reply() end
local field = {}
for i = 1, #entry[2], 2 do field[entry[2][i]] = entry[2][i + 1] end
local updated, version = string.match(entry[1], '^(%d+)-(%d+)$')
return reply(version, past or updated, field.b, field.e, field.s, field.j)
