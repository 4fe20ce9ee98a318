--[[
Prolongs a lock, if it is still held by this token.

KEYS[1] the lock
ARGV[1] token
ARGV[2] milliseconds from now

Returns 1 if it was prolonged, else 0.
]]
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
