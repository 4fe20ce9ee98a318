--[[
Keeps the answer of a claimed request, or gives the claim up.

KEYS[1] the answer

ARGV[1] token of the claim
ARGV[2] the answer; '' gives the claim up
ARGV[3] how long it is kept, milliseconds

Returns 1, or 0 if the claim was lost.
]]
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'answer', ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
