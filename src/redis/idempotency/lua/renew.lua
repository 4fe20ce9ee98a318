--- @include "lua/clock"
--[[
Prolongs the claim of a request that is being processed.

KEYS[1] the answer

ARGV[1] token of the claim
ARGV[2] for how long, milliseconds from now

Returns 1, or 0 if the claim was lost, or the answer is there.
]]
local claim = redis.call('HMGET', KEYS[1], 'token', 'answer')
if claim[1] ~= ARGV[1] or claim[2] then return 0 end
redis.call('HSET', KEYS[1], 'until', string.format('%d', now + tonumber(ARGV[2])))
return 1
