--- @include "lua/codes"
--- @include "lua/audit"
--- @include "facts/lua/lib-aliases"
--[[
Makes two entities one. Keys as lib-aliases.lua has them.

ARGV[1] a name of the one that ends
ARGV[2] a name of the one that it becomes

Returns {DONE, the names as JSON}; {MISSING} one of them isn't known; {TOO_MANY}.
]]
local from, into = alias_group(ARGV[1]), alias_group(ARGV[2])
if not from or not into then
  audit('missing')
  return { CODE.MISSING }
end
if from[1][1] == into[1][1] then
  audit('ok')
  return { CODE.DONE, cjson.encode(into) }
end
if #from + #into > ALIASES_MOST then
  audit('too_many')
  return { CODE.TOO_MANY }
end
audit('ok')
redis.call('HDEL', KEYS[3], from[1][1])
for _, name in ipairs(from) do table.insert(into, name) end
alias_return(into)
return { CODE.DONE, alias_set(into) }
