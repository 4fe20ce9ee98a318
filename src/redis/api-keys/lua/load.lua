--- @include "lua/audit"
--[[
Reads API keys.

KEYS[1+] the keys; none if none were found

ARGV[1+] their ids

Returns what HGETALL does for each that is there.
]]
local found, ids = {}, {}
for i = 1, #KEYS do
  local fields = redis.call('HGETALL', KEYS[i])
  if #fields > 0 then
    table.insert(found, fields)
    table.insert(ids, ARGV[i])
  end
end
audit(#ARGV > 0 and #ids == 0 and 'missing' or 'ok', ids)
return found
