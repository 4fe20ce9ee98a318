--[[
Puts a stream that was written again in the place of the old one. What was added to that meanwhile is copied as it is.

KEYS[1] the stream
KEYS[2] the new one; it may be missing if it has no entry yet
KEYS[3] who writes it

ARGV[1] the writer's token
ARGV[2] id of the last entry that was looked at
ARGV[3] how many more are copied at most
ARGV[4] how many entries the new stream has

Returns 1 if it is done; 0 if too many were added since; -1 if another writer has begun, or the new stream has lost entries.
]]
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return -1 end
local most = tonumber(ARGV[3])
local more = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+', 'COUNT', most + 1)
if #more > most then return 0 end
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[2])
  return 1
end
if redis.call('XLEN', KEYS[2]) ~= tonumber(ARGV[4]) then return -1 end
for _, entry in ipairs(more) do redis.call('XADD', KEYS[2], entry[1], unpack(entry[2])) end
-- Cut off meanwhile.
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if first then redis.call('XTRIM', KEYS[2], 'MINID', first[1]) end
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('XLEN', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[1], KEYS[2])
  return 1
end
local info, last = redis.call('XINFO', 'STREAM', KEYS[1]), nil
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then last = info[i + 1] end
end
redis.call('XSETID', KEYS[2], last)
local ends = redis.call('PEXPIRETIME', KEYS[1])
redis.call('RENAME', KEYS[2], KEYS[1])
if ends > 0 then redis.call('PEXPIREAT', KEYS[1], ends) else redis.call('PERSIST', KEYS[1]) end
return 1
