--- @include "lua/audit"
--[[
Reads an item by its key.

KEYS[1] what names its id

ARGV[1] what precedes an id in a record's key
ARGV[2] the item's key

Returns what JSON.GET $.memory $.raw $.published of the record does; false if there is none.
]]
local id = redis.call('GET', KEYS[1])
local found = id and redis.call('JSON.GET', ARGV[1] .. id, '$.memory', '$.raw', '$.published')
audit(found and 'ok' or 'missing', found and { id, ARGV[2] } or { ARGV[2] })
return found
