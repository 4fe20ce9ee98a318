--[[
Reads how much a namespace holds, and how much it may hold.

Returns memories, bytes, and the quota of each or false.
]]
audit('ok')
usage_prune_versions(1000)
usage_prune(5000)
local memories, bytes = usage_now()
local most_memories, most_bytes = usage_quota()
return { memories, bytes, most_memories or false, most_bytes or false }
