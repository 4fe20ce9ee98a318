--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "consolidation/lua/lib-lease"
--[[
Lets go of a run that can't go on now, until a worker claims it again.

ARGV[1] when, milliseconds from now

Returns 1, or 0 if the lease was lost.
]]
if not consolidation_held() then return 0 end
local at = int(now + tonumber(ARGV[1]))
redis.call('HSET', consolidation_head, 'ends', at)
redis.call('HSET', consolidation_due, 'at', at)
return 1
