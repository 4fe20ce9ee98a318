--- @include "lua/gone"
--- @include "facts/lua/lib-aliases"
--[[
Forgets an entity with all of its names, and notes them, so that no import brings the aliases back.

Keys as lib-aliases.lua has them, and
KEYS[5] what is gone: see gone.lua

ARGV[1] one of its names

Returns how many names it had.
]]
local group = alias_group(ARGV[1]) or {}
if #group > 1 then alias_free(group) end
for _, name in ipairs(group) do
  redis.call('HDEL', KEYS[1], name[1])
  redis.call('ZREM', KEYS[4], name[1])
  gone_note(KEYS[5], 'a ' .. redis.sha1hex(name[1]))
end
return #group
