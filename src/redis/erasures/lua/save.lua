--[[
Saves an erasure as it is now.

KEYS[1] the erasure
KEYS[2] all erasures by when they were made, a sorted set
KEYS[3] those that aren't complete, likewise

ARGV[1] its id
ARGV[2] the erasure as JSON
ARGV[3] when it was made, milliseconds
ARGV[4] '1' if it isn't complete
ARGV[5] how long it is kept, milliseconds

Returns 1.
]]
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', tonumber(ARGV[3]) - tonumber(ARGV[5]))
if ARGV[4] == '1' then
  redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
else
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return 1
