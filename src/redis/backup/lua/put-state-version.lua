--- @include "lua/numbers"
--[[
Adds an old version to the history of a document that this import has written just now; part of that act.

KEYS[1] the document's hash
KEYS[2] its history
KEYS[3] what was deleted in the namespace, a sorted set of members by when

ARGV[1] the import's id
ARGV[2] how long history is kept, milliseconds
ARGV[3] <when it became current>-<version>
ARGV[4] what stands for the document with its history among what was deleted; '' where that comes back
ARGV[5+] its fields and their values, in turn

Returns 1, or 0 where the document isn't this import's (any more), or it went with this version.
]]
local current = redis.call('HMGET', KEYS[1], 'v', 'im')
if current[1] and current[2] ~= ARGV[1] .. ':' .. current[1] then return 0 end
local function parts(id)
  local time, number = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(time), tonumber(number)
end
local time, number = parts(ARGV[3])
local erased = ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[3], ARGV[4])
if erased and tonumber(erased) >= time then return 0 end
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if last then
  local last_time, last_number = parts(last[1])
  if last_time > time or (last_time == time and last_number >= number) then return 1 end
end
redis.call('XADD', KEYS[2], ARGV[3], unpack(ARGV, 5))
redis.call('PEXPIRE', KEYS[2], int(tonumber(ARGV[2]) * 1.0625))
return 1
