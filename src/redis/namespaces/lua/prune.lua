--- @include "lua/usage"
--[[
Counts out what has ended by itself, where no write does it.

Returns how many bytes are counted less. What state counts for counts itself out.
]]
local function held()
  local used = redis.call('HMGET', usage_key, 'bytes', 'session_bytes')
  return tonumber(used[1] or 0) + tonumber(used[2] or 0)
end
local before = held()
usage_prune_versions(1000)
usage_prune(5000)
usage_prune_sessions(5000)
return before - held()
