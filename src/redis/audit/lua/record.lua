--- @include "lua/audit"
--[[
Records an act of which nothing else is to be done in Redis.

ARGV[1] outcome
ARGV[2] what the operation does, noted for a retry; missing: nothing is noted

Returns 1.
]]
audit(ARGV[1])
if ARGV[2] then audit_note(ARGV[2]) end
return 1
