--[[
Takes a lock that is free, also in a Redis that is full: the work under it may be what makes room.

KEYS[1] the lock

ARGV[1] token
ARGV[2] how long it is held, milliseconds

Returns 1 if it was taken, else 0.
]]
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
