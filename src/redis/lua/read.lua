--[[
Reads one memory with its interaction, and where it was published.

KEYS[1] the record

Returns what JSON.GET KEYS[1] $.memory $.raw $.published does; false if there is none.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.memory', '$.raw', '$.published')
audit(found and 'ok' or 'missing')
return found
