--- @include "lua/clock"
--[[
Takes a note of an erasure off, puts one on, or puts all of them off.

KEYS[1] the notes
KEYS[2] the hash by which a sweep finds them

ARGV[1] the note
ARGV[2] '' to take it off; 'due' to put it on; else until when they are put off, milliseconds since the epoch
ARGV[3] the namespace

Returns how many are left; 1 if they were put off.
]]
if tonumber(ARGV[2]) then
  if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[2], 'at', ARGV[2]) end
  return 1
end
if ARGV[2] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  local at = string.format('%d', now)
  redis.call('ZADD', KEYS[1], 'NX', at, ARGV[1])
  redis.call('HSET', KEYS[2], 'at', at, 'ns', ARGV[3])
end
local left = redis.call('ZCARD', KEYS[1])
if left == 0 then redis.call('DEL', KEYS[2]) end
return left
