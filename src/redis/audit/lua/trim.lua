--- @include "lua/audit-trim"
--[[
Cuts off what is older than a trail keeps, where nobody adds to it. A trail without an entry that is young enough ends, as
it would by itself.

KEYS[1] the trail, a stream
KEYS[2] its head

ARGV[1] how long entries are kept, milliseconds

Returns 1 if there is a trail left, else 0.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if trail_trim(KEYS[1], KEYS[2], tonumber(ARGV[1])) then return 1 end
redis.call('DEL', KEYS[1], KEYS[2])
return 0
