--[[
Reads one memory with its interaction.

KEYS[1] the record

Returns what JSON.GET KEYS[1] $.memory $.raw does; false if there is none.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.memory', '$.raw')
audit(found and 'ok' or 'missing')
return found
