--- @include "lua/codes"
--- @include "lua/audit"
--- @include "facts/lua/lib-aliases"
--[[
Gives an entity other names besides its own, and no others. Keys as lib-aliases.lua has them.

ARGV[1]  its name, or one of its names
ARGV[2]  how that is written
ARGV[3+] the other names, and how they are written, in turn

Returns {DONE, its names as JSON}; {TAKEN, name} that is another entity's; {TOO_MANY}.
]]
local old = alias_group(ARGV[1]) or { { ARGV[1], ARGV[2] } }
local own = old[1]
local group, seen = { own }, { [own[1]] = true }
for i = 3, #ARGV, 2 do
  local name = ARGV[i]
  local other = redis.call('HGET', KEYS[2], name)
  if other and other ~= own[1] then
    audit('taken')
    return { CODE.TAKEN, ARGV[i + 1] }
  end
  if not seen[name] then table.insert(group, { name, ARGV[i + 1] }) end
  seen[name] = true
end
if #group > ALIASES_MOST then
  audit('too_many')
  return { CODE.TOO_MANY }
end
audit('ok')
alias_free(old)
alias_return(group)
return { CODE.DONE, alias_set(group) }
