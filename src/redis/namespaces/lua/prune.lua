--- @include "lua/usage"
--[[
Counts out what has ended by itself, where no write does it, and forgets the names of facts once no memory is left.

KEYS[1] entities
KEYS[2] entity names

Returns how many memories are left.
]]
usage_prune_versions(1000)
usage_prune(5000)
usage_prune_sessions(5000)
local memories = usage_now()
if memories <= 0 then redis.call('DEL', KEYS[1], KEYS[2]) end
return memories
