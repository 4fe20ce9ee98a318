--- @include "lua/gone"
--- @include "facts/lua/lib-aliases"
--[[
Takes all names of some groups of aliases out of them, and notes the names, so that no import brings the groups back.

Keys as lib-aliases.lua has them, and
KEYS[5] what is gone: see gone.lua

ARGV[1+] names

Returns how many names it took out.
]]
local count = 0
for _, name in ipairs(ARGV) do
  if redis.call('HEXISTS', KEYS[2], name) == 1 then
    local group = alias_group(name)
    alias_free(group)
    for _, each in ipairs(group) do gone_note(KEYS[5], 'a ' .. redis.sha1hex(each[1])) end
    count = count + #group
  end
end
return count
