--- @include "lua/clock"
--- @include "namespaces/lua/lib-state-before"
--[[
Says of documents whether they were there at a change of the namespace's state.

KEYS[1+] the hash and the history of each, in turn

ARGV[1] number of the change

Returns for each: 1 it was, and still is; 0 it was, and has expired; -1 it was written later, or there is none.
]]
local change, found = tonumber(ARGV[1]), {}
for i = 1, #KEYS, 2 do
  local facts = redis.call('HMGET', KEYS[i], 'v', 'e')
  local version, was = tonumber(facts[1]), false
  if version and version > change then
    local _, entry = history_around(KEYS[i + 1], change)
    local fields = entry and entry[2] or {}
    for at = 1, #fields, 2 do
      -- A deletion has no value.
      if fields[at] == 'j' then was = true end
    end
  else
    was = version ~= nil
  end
  local live = was and (facts[2] == '' or tonumber(facts[2]) > now)
  table.insert(found, not was and -1 or live and 1 or 0)
end
return found
