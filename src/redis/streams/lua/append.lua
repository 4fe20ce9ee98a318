--[[
Adds entries to a stream that is being written again.

KEYS[1] the new stream
KEYS[2] who writes it

ARGV[1]  the writer's token
ARGV[2]  how long it may be silent, milliseconds: then another may begin
ARGV[3+] of each entry its id, how many fields and values it has, and these

Returns how many entries there were; -1 if another writer has begun.
]]
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local count, i = 0, 3
while i <= #ARGV do
  local length = tonumber(ARGV[i + 1])
  redis.call('XADD', KEYS[1], ARGV[i], unpack(ARGV, i + 2, i + 1 + length))
  i, count = i + 2 + length, count + 1
end
-- Also without an entry: it must not end before its writer.
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return count
