--[[
Reads a run with some of its actions.

KEYS[1] the run
KEYS[2] its actions

ARGV[1] the first action, from 0
ARGV[2] how many

Returns {what HGETALL does of the run, the actions}; {} if there is none.
]]
local run = redis.call('HGETALL', KEYS[1])
audit(#run > 0 and 'ok' or 'missing')
if #run == 0 then return {} end
local from = tonumber(ARGV[1])
return { run, redis.call('LRANGE', KEYS[2], from, from + tonumber(ARGV[2]) - 1) }
