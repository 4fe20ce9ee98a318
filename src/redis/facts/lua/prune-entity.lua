--[[
Forgets a name that no fact holds any more, unless one was written since it was looked up.

KEYS[1] entities
KEYS[2] aliases
KEYS[3] entity names

ARGV[1] the name
ARGV[2] what the entities said of it then

Returns 1 if it is forgotten, else 0.
]]
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then redis.call('ZREM', KEYS[3], ARGV[1]) end
return 1
