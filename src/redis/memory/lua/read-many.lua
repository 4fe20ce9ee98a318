--- @include "lua/audit"
--- @include "lua/version-keys"
--[[
Reads the memories of one namespace that a list or a recall has found.

KEYS[1+] the records or old versions; none if it found nothing here

ARGV[1]  as of when, milliseconds since the epoch; '' for now
ARGV[2]  their ids, packed: 16 bytes each; '' if one of them isn't a ULID
ARGV[3+] their ids

Returns what JSON.GET $.memory does for each, false where there is none (any more); and the id of the entry in the audit
trail.
]]
if #KEYS == 0 then
  return { audit('ok') }
end
local wanted = {}
for i, key in ipairs(KEYS) do
  -- If it was revised since it was found, the found one is an old version now.
  if ARGV[1] ~= '' and string.find(key, ':rec:{', 1, true) then key = version_at(key, tonumber(ARGV[1])) or key end
  wanted[i] = key
end
table.insert(wanted, '$.memory')
local found = redis.call('JSON.MGET', unpack(wanted))
local ids, packed = {}, {}
for i = 1, #KEYS do
  if found[i] then
    ids[#ids + 1] = ARGV[i + 2]
    packed[#ids] = string.sub(ARGV[2], 16 * i - 15, 16 * i)
  end
end
table.insert(found, audit('ok', ids, ARGV[2] ~= '' and packed or nil))
return found
