--[[
Saves an erasure as it is now.

KEYS[1] the erasure
KEYS[2] those that aren't complete, a sorted set
KEYS[3] those of the key that began it, likewise

ARGV[1] its id
ARGV[2] the erasure as JSON
ARGV[3] '1' if it isn't complete
ARGV[4] how long it is kept, milliseconds

Returns 1.
]]
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
if ARGV[3] ~= '1' then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return 1
