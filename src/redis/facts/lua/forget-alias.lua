--- @include "lua/audit"
--- @include "facts/lua/lib-aliases"
--[[
Takes a name that an export says is gone out of its group of aliases. Keys as lib-aliases.lua has them.

ARGV[1] the name
ARGV[2] what stands for it in the audit trail

Returns 1, or 0 if it is no alias.
]]
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return 0 end
audit('ok', { ARGV[2] })
local group, others = alias_group(ARGV[1]), {}
for _, name in ipairs(group) do
  if name[1] ~= ARGV[1] then table.insert(others, name) end
end
alias_free(group)
alias_set(others)
return 1
