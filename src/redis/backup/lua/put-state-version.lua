--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/usage"
--- @include "lua/state-size"
--- @include "lua/state-left"
--[[
Adds an old version to the history of a document that this import has written just now; part of that act. It counts as
superseded just now.

KEYS[1] the document's hash
KEYS[2] its history
KEYS[3] what was deleted in the namespace, a sorted set of members by when

ARGV[1] the import's id
ARGV[2] how long history is kept, milliseconds
ARGV[3] <when it became current>-<version>
ARGV[4] what stands for the document with its history among what was deleted; '' where that comes back
ARGV[5] the state key
ARGV[6+] its fields and their values, in turn

Returns 1; 0 where the document isn't this import's (any more), or it went with this version; -1 if a quota refuses it.
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
size_open(size_head_of(KEYS[1], 'state%-facts'), tonumber(ARGV[2]))
local size = current[1] and size_read(redis.call('HGET', KEYS[1], 'z')) or size_last(KEYS[2])
size.version = size.version or '0'
local bytes = 0
for i = 6, #ARGV, 2 do
  if ARGV[i] == 'j' then bytes = size_of(ARGV[5], ARGV[i + 1]) end
end
if bytes > 0 then
  if usage_over(0, bytes) then return -1 end
  size_bytes = size_bytes + bytes
  size_add_old(size, size_time(now), bytes)
end
size_save()
if current[1] then
  redis.call('HSET', KEYS[1], 'z', size_text(size))
  redis.call('XADD', KEYS[2], ARGV[3], unpack(ARGV, 6))
else
  -- Of a document that was deleted, the last entry says it.
  redis.call('XADD', KEYS[2], ARGV[3], 'z', size_text(size), unpack(ARGV, 6))
end
redis.call('PEXPIRE', KEYS[2], int(tonumber(ARGV[2]) * 1.0625))
if not current[1] then left_note(KEYS[2]) end
return 1
