--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "consolidation/lua/lib-lease"
--[[
Keeps what a run's worker has come to, and prolongs its lease.

ARGV[1]  until when the lease holds from now on, milliseconds from now
ARGV[2]  from which action on, counted from 0, the plan is what follows; '' if it stays
ARGV[3]  an action that is kept, by its number from 0; '' for none
ARGV[4]  that action
ARGV[5]  how many fields of the run follow, as names and values
ARGV[6+] these, and after them the plan's next actions

Returns {DONE}, or {LOST} if the lease was lost.
]]
if not consolidation_held() then return { CODE.LOST } end
local ends = int(now + tonumber(ARGV[1]))
redis.call('HSET', consolidation_head, 'ends', ends)
redis.call('HSET', consolidation_due, 'at', ends)
local values = tonumber(ARGV[5]) * 2
if values > 0 then redis.call('HSET', consolidation_run, unpack(ARGV, 6, 5 + values)) end
local function keep()
  local left = redis.call('PEXPIRETIME', consolidation_run)
  if left > 0 then redis.call('PEXPIREAT', consolidation_actions, string.format('%d', left)) end
end
if ARGV[2] ~= '' then
  -- Drops what an earlier try planned from here on.
  local from = tonumber(ARGV[2])
  if from == 0 then
    redis.call('DEL', consolidation_actions)
  else
    redis.call('LTRIM', consolidation_actions, 0, from - 1)
  end
  if #ARGV > 5 + values then redis.call('RPUSH', consolidation_actions, unpack(ARGV, 6 + values)) end
  keep()
end
if ARGV[3] ~= '' then redis.call('LSET', consolidation_actions, ARGV[3], ARGV[4]) end
return { CODE.DONE }
