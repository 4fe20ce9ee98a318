--- @include "lua/audit"
--[[
Reads a run with some of its actions.

KEYS[1] the run
KEYS[2] its actions

ARGV[1] the first action, from 0
ARGV[2] how many
ARGV[3] the run's id: on record only where it is one of this namespace, as an id of another one tells of that

Returns {what HGETALL does of the run, the actions}; {} if there is none.
]]
local run = redis.call('HGETALL', KEYS[1])
if #run > 0 then audit('ok', { ARGV[3] }) else audit('missing') end
if #run == 0 then return {} end
local from = tonumber(ARGV[1])
return { run, redis.call('LRANGE', KEYS[2], from, from + tonumber(ARGV[2]) - 1) }
