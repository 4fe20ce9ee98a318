--- @include "lua/clock"
--[[
Takes a note of an erasure off, or puts one on.

KEYS[1] the notes
KEYS[2] the hash by which a sweep finds them

ARGV[1] the note
ARGV[2] '' to take it off; 'due' to put it on
ARGV[3] the namespace

Returns how many are left.
]]
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
