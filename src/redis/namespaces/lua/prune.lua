--- @include "lua/usage"
--[[
Counts out what has ended by itself, where no write does it.

Returns how many memories are left.
]]
usage_prune_versions(1000)
usage_prune(5000)
usage_prune_sessions(5000)
local memories = usage_now()
return memories
