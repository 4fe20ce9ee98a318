--- @include "lua/audit"
--[[
Reads a namespace's settings.

KEYS[1] the settings

Returns what HGETALL does.
]]
audit('ok')
return redis.call('HGETALL', KEYS[1])
