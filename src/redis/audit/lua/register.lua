--[[
Puts a namespace on a list, also in a Redis that is full: the trail of a deletion must be found by a list.

KEYS[1] the list, a sorted set

ARGV[1] the namespace

Returns 1 if it wasn't there, else 0.
]]
return redis.call('ZADD', KEYS[1], 0, ARGV[1])
