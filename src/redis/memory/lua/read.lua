--- @include "lua/audit"
--- @include "lua/version-keys"
--[[
Reads one memory with its interaction, and where it was published; as it is, or as it was.

KEYS[1] the record
KEYS[2] the namespace's uses, a hash

ARGV[1] when, milliseconds since the epoch; '' for now
ARGV[2] its id

Returns {what JSON.GET KEYS[1] $.memory $.raw $.published does}; of an old version, then what JSON.GET KEYS[1] $.raw
does, else false; and what is known of its uses, or false; {} if there is none, {'ended'} if that version isn't kept any
more.
]]
local key, ended = KEYS[1], false
if ARGV[1] ~= '' then key, ended = version_at(KEYS[1], tonumber(ARGV[1])) end
local found = key and redis.call('JSON.GET', key, '$.memory', '$.raw', '$.published')
audit(found and 'ok' or 'missing')
if not found then return { ended and 'ended' or nil } end
local raw = key ~= KEYS[1] and redis.call('JSON.GET', KEYS[1], '$.raw')
return { found, raw, redis.call('HGET', KEYS[2], ARGV[2]) }
