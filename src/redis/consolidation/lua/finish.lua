--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "consolidation/lua/lib-lease"
--[[
Ends a run, or the undoing of one.

ARGV[1]  its status
ARGV[2]  why it failed, or ''
ARGV[3+] how far steps have come, and what they are to look at again: names and values of the head

Returns {DONE}, or {LOST} if the lease was lost.
]]
if not consolidation_held() then return { CODE.LOST } end
redis.call('HSET', consolidation_run, 'status', ARGV[1], 'finished', int(now))
if ARGV[2] ~= '' then redis.call('HSET', consolidation_run, 'error', ARGV[2]) end
redis.call('HDEL', consolidation_head, 'run', 'ends')
if #ARGV > 2 then redis.call('HSET', consolidation_head, unpack(ARGV, 3)) end
local at = redis.call('HGET', consolidation_head, 'at')
if at then redis.call('HSET', consolidation_due, 'at', at) else redis.call('DEL', consolidation_due) end
return { CODE.DONE }
