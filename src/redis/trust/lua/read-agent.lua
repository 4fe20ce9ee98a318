--- @include "lua/audit"
--[[
Reads what is known of an agent.

KEYS[1] the agent, a hash

Returns what HGETALL does: how often its memories were confirmed and contradicted, by administration.
]]
audit('ok')
return redis.call('HGETALL', KEYS[1])
