--[[
Lets go of a run that can't go on now, until somebody takes it up again.

ARGV[1] when, milliseconds from now

Returns 1, or 0 if the lease was lost.
]]
if not consolidation_held() then return 0 end
local time = redis.call('TIME')
local at = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1]))
redis.call('HSET', consolidation_head, 'ends', at)
redis.call('HSET', consolidation_due, 'at', at)
return 1
