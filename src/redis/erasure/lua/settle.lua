--[[
Takes a note of an erasure off, or puts one on.

KEYS[1] the notes
KEYS[2] the hash by which a sweep finds them

ARGV[1] the note
ARGV[2] '' to take it off; else when, milliseconds since the epoch
ARGV[3] the namespace

Returns how many are left.
]]
if ARGV[2] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1])
  redis.call('HSET', KEYS[2], 'at', ARGV[2], 'ns', ARGV[3])
end
local left = redis.call('ZCARD', KEYS[1])
if left == 0 then redis.call('DEL', KEYS[2]) end
return left
