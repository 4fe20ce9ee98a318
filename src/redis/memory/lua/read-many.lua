--- @include "lua/audit"
--- @include "lua/version-keys"
--[[
Reads the memories of one namespace that a list or a recall has found.

KEYS[1+] the records or old versions; none if it found nothing here

ARGV[1]  as of when, milliseconds since the epoch; '' for now
ARGV[2]  their ids, packed: 16 bytes each; '' if one of them isn't a ULID
ARGV[3]  of how many, the first ones, the place in their session is wanted
ARGV[4+] their ids

Returns what JSON.GET $.memory does for each, false where there is none (any more); the id of the entry in the audit
trail; and for each of which it is wanted, what $.index has of `follows`, `asks` and `said`, as JSON.MGET returns it.
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
    ids[#ids + 1] = ARGV[i + 3]
    packed[#ids] = string.sub(ARGV[2], 16 * i - 15, 16 * i)
  end
end
table.insert(found, audit('ok', ids, ARGV[2] ~= '' and packed or nil))
local placed = {}
for i = 1, tonumber(ARGV[3]) do placed[i] = wanted[i] end
if placed[1] then
  table.insert(placed, "$.index['follows','asks','said']")
  for _, place in ipairs(redis.call('JSON.MGET', unpack(placed))) do table.insert(found, place) end
end
return found
