--[[
Forgets a segment of the archive.

KEYS[1] the namespace's segments, a hash
KEYS[2] the memories in each, a hash
KEYS[3] when each is to be looked at, a sorted set

ARGV[1] the segment

Returns 1.
]]
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
