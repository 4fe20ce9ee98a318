--[[
Stores what a task wrote. An index below zero overwrites, any other one is kept if it is there.

KEYS    index, heads, values, writes, segments

ARGV[1] namespace \0 id of the checkpoint
ARGV[2] TTL in milliseconds, or '0'
ARGV[3] task
ARGV[4] path of the task
then (index, channel, payload) per write.

Returns how many were stored.
]]
local field = task_field(ARGV[1], ARGV[3])
local packed = redis.call('HGET', WRITES, field)
local writes = packed and cmsgpack.unpack(packed) or {}
local places = {}
for i = 1, #writes, 4 do places[writes[i]] = i end

local stored = 0
for i = 5, #ARGV, 3 do
  local idx = tonumber(ARGV[i])
  local place = places[idx]
  if not place or idx < 0 then
    place = place or #writes + 1
    places[idx] = place
    local seq = writes[place + 3] or redis.call('HINCRBY', VALUES, 'seq', 1)
    writes[place], writes[place + 1], writes[place + 2], writes[place + 3] = idx, ARGV[4], ARGV[i + 1], seq
    redis.call('HSET', VALUES, seq, ARGV[i + 2])
    stored = stored + 1
  end
end
if stored > 0 then
  redis.call('HSET', WRITES, field, cmsgpack.pack(writes))
  if not packed then
    redis.call('HSET', WRITES, ARGV[1], (redis.call('HGET', WRITES, ARGV[1]) or '') .. ARGV[3] .. '\0')
  end
end
expire(ARGV[2])
return stored
