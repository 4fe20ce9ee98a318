--[[
Reads the memories of one namespace that a list or a recall has found.

KEYS[1+] the records; none if it found nothing here

ARGV[1+] their ids

Returns what JSON.GET $.memory does for each; false where there is none (any more).
]]
if #KEYS == 0 then
  audit('ok')
  return {}
end
local wanted = { unpack(KEYS) }
table.insert(wanted, '$.memory')
local found = redis.call('JSON.MGET', unpack(wanted))
local ids = {}
for i = 1, #KEYS do
  if found[i] then table.insert(ids, ARGV[i]) end
end
audit('ok', ids)
return found
