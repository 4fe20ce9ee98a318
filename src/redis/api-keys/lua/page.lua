--[[
Finds API keys and what they open, in the order of their ids.

KEYS[1] the ids of all keys

ARGV[1] where to begin, as ZRANGE BYLEX takes it
ARGV[2] how many
ARGV[3] what precedes an id in a key's key

Returns id, grants, id, grants ...
]]
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])) do
  table.insert(found, id)
  table.insert(found, redis.call('HGET', ARGV[3] .. id, 'grants') or '[]')
end
return found
