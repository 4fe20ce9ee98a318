--- @include "lua/audit"
--- @include "facts/lua/lib-aliases"
--[[
Makes two entities one. Keys as lib-aliases.lua has them.

ARGV[1] a name of the one that ends
ARGV[2] a name of the one that it becomes

Returns {0, the names as JSON}, {1} one of them isn't known, {3} too many.
]]
local from, into = alias_group(ARGV[1]), alias_group(ARGV[2])
if not from or not into then
  audit('missing')
  return { 1 }
end
if from[1][1] == into[1][1] then
  audit('ok')
  return { 0, cjson.encode(into) }
end
if #from + #into > ALIASES_MOST then
  audit('too_many')
  return { 3 }
end
audit('ok')
redis.call('HDEL', KEYS[3], from[1][1])
for _, name in ipairs(from) do table.insert(into, name) end
return { 0, alias_set(into) }
