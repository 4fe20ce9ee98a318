--- @include "lua/audit"
--- @include "lua/key-makers"
--- @include "lua/gone"
--[[
Takes an API key away, and all that it has made, and tells all processes.

KEYS[1] the key
KEYS[2] the ids of all keys
KEYS[3] which were revoked, a sorted set by when, so that no import brings them back

ARGV[1] id
ARGV[2] the channel that tells of changed keys
ARGV[3] what precedes an id in a key's key
ARGV[4] what precedes an id in the key of what a key has made
ARGV[5] what precedes a name in the key of an agent's keys
ARGV[6] 'revoke', or 'keep' what it has made: that is the caller's from then on
ARGV[7] the caller's key; '' for none
ARGV[8] what precedes a folded name in the key of its list

Returns how many keys were revoked; 0 if it wasn't there.
]]
local id, keys, made, names = ARGV[1], ARGV[3], ARGV[4], ARGV[5]
if redis.call('EXISTS', KEYS[1]) == 0 then
  audit('missing')
  return 0
end
local makers = key_makers(keys, id)
local below = redis.call('ZRANGE', made .. id, 0, -1, 'WITHSCORES')
local gone = { id }
if ARGV[6] == 'revoke' then
  for i = 1, #below, 2 do table.insert(gone, below[i]) end
end
-- The most ids that an entry should name.
audit('revoked', { unpack(gone, 2, math.min(#gone, 1000)) })
for _, maker in ipairs(makers) do
  redis.call('ZREM', made .. maker, id)
  for i = 1, #below, 2 do redis.call('ZREM', made .. maker, below[i]) end
end
if ARGV[6] == 'keep' then
  local heirs = {}
  if ARGV[7] ~= '' then
    heirs = key_makers(keys, ARGV[7])
    table.insert(heirs, 1, ARGV[7])
  end
  for i = 1, #below, 2 do
    if redis.call('HGET', keys .. below[i], 'maker') == id then
      if ARGV[7] == '' then
        redis.call('HDEL', keys .. below[i], 'maker')
      else
        redis.call('HSET', keys .. below[i], 'maker', ARGV[7])
      end
    end
    for _, heir in ipairs(heirs) do redis.call('ZADD', made .. heir, below[i + 1], below[i]) end
    redis.call('PUBLISH', ARGV[2], below[i])
  end
end
for _, each in ipairs(gone) do
  key_drop(keys, KEYS[2], names, ARGV[8], made, each)
  gone_note(KEYS[3], 'k ' .. each)
  redis.call('PUBLISH', ARGV[2], each)
end
return #gone
