--[[
Reads what is known of an agent.

KEYS[1] the agent, a hash

Returns how often its memories were confirmed, and how often contradicted.
]]
audit('ok')
local found = redis.call('HMGET', KEYS[1], 'confirmed', 'contradicted')
return { tonumber(found[1] or 0), tonumber(found[2] or 0) }
