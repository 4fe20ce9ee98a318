--- @include "lua/changes"
--[[
Takes a source that is gone from what a memory says that it was derived from.

KEYS[1] the record

ARGV[1] the source's id

Returns 1 if others are left, or it was also written by itself; 0 if it is gone, or nothing is left to derive it from.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.memory.derived_from', '$.index.told')
if not found then return 0 end
found = cjson.decode(found)
local sources, told = found['$.memory.derived_from'][1] or {}, found['$.index.told'][1]
local left = 0
for _, source in ipairs(sources) do
  if source.id ~= ARGV[1] then left = left + 1 end
end
if left == 0 and not told then return 0 end
for place = #sources, 1, -1 do
  if sources[place].id == ARGV[1] then redis.call('JSON.ARRPOP', KEYS[1], '$.memory.derived_from', place - 1) end
end
return 1
