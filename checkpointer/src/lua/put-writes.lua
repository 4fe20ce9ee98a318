--[[
Stores what a task wrote. An index below zero overwrites, any other one is kept if it is there.

KEYS    index, heads, values, writes, elements

ARGV[1] namespace \0 id of the checkpoint
ARGV[2] TTL in milliseconds, or '0'
ARGV[3] task
ARGV[4] path of the task
then (index, channel, payload) per write.

Returns how many were stored.
]]
local writes = writes_of(ARGV[1])
local at = {}
for i = 1, #writes, WRITE_SIZE do
  if writes[i + TASK] == ARGV[3] then at[writes[i + IDX]] = i end
end

local stored = 0
for i = 5, #ARGV, 3 do
  local idx = tonumber(ARGV[i])
  local place = at[idx]
  if not place or idx < 0 then
    place = place or #writes + 1
    at[idx] = place
    writes[place + TASK], writes[place + IDX] = ARGV[3], idx
    writes[place + PATH], writes[place + CHANNEL] = ARGV[4], ARGV[i + 1]
    writes[place + SEQ] = writes[place + SEQ] or redis.call('HINCRBY', VALUES, 'seq', 1)
    redis.call('HSET', VALUES, writes[place + SEQ], ARGV[i + 2])
    stored = stored + 1
  end
end
if stored > 0 then redis.call('HSET', WRITES, ARGV[1], cmsgpack.pack(writes)) end
expire(ARGV[2])
return stored
