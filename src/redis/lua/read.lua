--[[
Reads one memory with its interaction, and where it was published; as it is, or as it was.

KEYS[1] the record

ARGV[1] when, milliseconds since the epoch; '' for now

Returns {what JSON.GET KEYS[1] $.memory $.raw $.published does}; of an old version, also what JSON.GET KEYS[1] $.raw
does; {} if there is none.
]]
local key = KEYS[1]
if ARGV[1] ~= '' then key = version_at(KEYS[1], tonumber(ARGV[1])) end
local found = key and redis.call('JSON.GET', key, '$.memory', '$.raw', '$.published')
audit(found and 'ok' or 'missing')
if not found then return {} end
if key == KEYS[1] then return { found } end
return { found, redis.call('JSON.GET', KEYS[1], '$.raw') }
