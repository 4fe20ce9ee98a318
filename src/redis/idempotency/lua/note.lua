--- @include "lua/clock"
--[[
Notes that an answer holds a subject, before the answer is kept: a deletion of the subject finds it from now on.

KEYS[1] the answers that hold the subject
KEYS[2] the subject's last deletion

ARGV[1] operation of the answer
ARGV[2] how long answers are kept, milliseconds
ARGV[3] when its request began, milliseconds

Returns 1 if the subject was deleted since, else 0.
]]
-- The two times may be of two nodes of a cluster.
local skew = 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local deleted = redis.call('GET', KEYS[2])
return deleted and tonumber(ARGV[3]) <= tonumber(deleted) + skew and 1 or 0
