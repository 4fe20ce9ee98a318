--- @include "lua/audit"
--- @include "lua/usage"
--[[
Reads how much a namespace holds, and how much it may hold.

Returns memories, bytes, the quota of each or false, and how many of the bytes are sessions' and state's.
]]
audit('ok')
usage_prune_versions(1000)
usage_prune(5000)
usage_prune_sessions(5000)
local memories, bytes, sessions, state = usage_now()
local most_memories, most_bytes = usage_quota()
return { memories, bytes, most_memories or false, most_bytes or false, sessions, state }
