--- @include "lua/audit"
--[[
Lists a namespace's runs, the latest first.

KEYS[1] its runs

ARGV[1] what precedes an id in a run's key
ARGV[2] how many

Returns id and what HGETALL does of each run, in turn.
]]
audit('ok')
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[2]) - 1, 'REV')) do
  local run = redis.call('HGETALL', ARGV[1] .. id)
  if #run > 0 then
    table.insert(found, id)
    table.insert(found, run)
  end
end
return found
