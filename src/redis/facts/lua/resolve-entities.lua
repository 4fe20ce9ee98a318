--[[
Looks names up.

KEYS[1] entities
KEYS[2] aliases
KEYS[3] alias groups

ARGV[1+] names

Returns how many aliases there are, then for each name: false if it isn't known; its group as JSON, as put-aliases.lua
writes it; or, where it has none, how it is written.
]]
local found = { redis.call('HLEN', KEYS[2]) }
for i, name in ipairs(ARGV) do
  local group = redis.call('HGET', KEYS[2], name)
  if group then
    found[i + 1] = redis.call('HGET', KEYS[3], group)
  else
    local known = redis.call('HGET', KEYS[1], name)
    found[i + 1] = known and string.match(known, '^%d+(:.*)$')
  end
end
return found
