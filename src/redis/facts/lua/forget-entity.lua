--- @include "lua/gone"
--- @include "facts/lua/lib-aliases"
--[[
Forgets an entity with all of its names, or one of them alone, and notes them, so that no import brings the aliases back.

Keys as lib-aliases.lua has them, and
KEYS[5] what is gone: see gone.lua

ARGV[1] one of its names
ARGV[2] '1' if the others stay, else ''

Returns how many names it forgot.
]]
local name_given, alone = unpack(ARGV, 1, 2)
local group = alias_group(name_given) or {}
local going, staying = {}, {}
for _, name in ipairs(group) do
  table.insert((alone ~= '1' or name[1] == name_given) and going or staying, name)
end
if #group > 1 then
  alias_free(group)
  alias_set(staying)
end
for _, name in ipairs(going) do
  redis.call('HDEL', KEYS[1], name[1])
  redis.call('ZREM', KEYS[4], name[1])
  gone_note(KEYS[5], 'a ' .. redis.sha1hex(name[1]))
end
return #going
