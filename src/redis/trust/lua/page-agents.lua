--- @include "lua/audit"
--[[
Reads the agents of which something is known, by name.

KEYS[1] their names

ARGV[1] where to begin, as ZRANGE BYLEX takes it
ARGV[2] how many
ARGV[3] what precedes a name in an agent's key

Returns for each its name, and what HGETALL of it does.
]]
audit('ok')
local found = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])) do
  table.insert(found, name)
  table.insert(found, redis.call('HGETALL', ARGV[3] .. name))
end
return found
