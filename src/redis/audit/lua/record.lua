--- @include "lua/audit"
--[[
Records an act of which nothing else is to be done in Redis.

ARGV[1] outcome

Returns 1.
]]
audit(ARGV[1])
return 1
