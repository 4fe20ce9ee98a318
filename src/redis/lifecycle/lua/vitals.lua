--[[
What a policy decides by, of memories of one namespace; part of an act that is recorded by itself.

KEYS[1]  the namespace's uses, a hash
KEYS[2+] the records

ARGV[1+] their ids

Returns for each what JSON.GET does of the paths below, or false if it is gone; and what is known of its uses, or false.
]]
local paths = { '$.memory.version', '$.memory.memory_type', '$.memory.importance', '$.memory.pinned', '$.memory.recorded_at', '$.memory.expires_at' }
local found = {}
for i = 2, #KEYS do
  table.insert(found, redis.call('JSON.GET', KEYS[i], unpack(paths)))
  table.insert(found, redis.call('HGET', KEYS[1], ARGV[i - 1]))
end
return found
