--[[
Reads some notes of what was deleted in a namespace, the oldest first: see lua/gone.lua. While they are read, the oldest of them go,
and so does one whose record an import brings back.

KEYS[1] the notes

ARGV[1] since when, milliseconds since the epoch
ARGV[2] the note that was read last, or ''
ARGV[3] when that was
ARGV[4] how many at most

Returns notes and times, in turn. A note comes twice where the last one is gone.
]]
local since, last, at, most = unpack(ARGV, 1, 4)
local score = last ~= '' and redis.call('ZSCORE', KEYS[1], last)
if score and tonumber(score) == tonumber(at) then
  local from = redis.call('ZRANK', KEYS[1], last) + 1
  return redis.call('ZRANGE', KEYS[1], from, from + tonumber(most) - 1, 'WITHSCORES')
end
return redis.call('ZRANGE', KEYS[1], last == '' and since or at, '+inf', 'BYSCORE', 'LIMIT', 0, most, 'WITHSCORES')
