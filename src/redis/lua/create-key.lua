--[[
Stores an API key, and has every request need one from now on.

KEYS[1] the key
KEYS[2] the ids of all keys
KEYS[3] what says that there ever was a key

ARGV[1]  id
ARGV[2]  the channel that tells of changed keys
ARGV[3+] fields and values of the key

Returns 1.
]]
audit('created')
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('SET', KEYS[3], '1')
redis.call('PUBLISH', ARGV[2], ARGV[1])
return 1
