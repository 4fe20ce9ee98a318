--- @include "lua/numbers"
--[[
Adds an old version to the history of a document that this import has written just now; part of that act.

KEYS[1] the document's hash
KEYS[2] its history

ARGV[1] the import's id
ARGV[2] how long history is kept, milliseconds
ARGV[3] <when it became current>-<version>
ARGV[4+] its fields and values, by turns

Returns 1, or 0 where the document isn't this import's (any more).
]]
local current = redis.call('HMGET', KEYS[1], 'v', 'im')
if current[1] and current[2] ~= ARGV[1] .. ':' .. current[1] then return 0 end
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local function parts(id)
  local time, number = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(time), tonumber(number)
end
if last then
  local time, number = parts(ARGV[3])
  local last_time, last_number = parts(last[1])
  if last_time > time or (last_time == time and last_number >= number) then return 1 end
end
redis.call('XADD', KEYS[2], ARGV[3], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[2], int(tonumber(ARGV[2]) * 1.0625))
return 1
