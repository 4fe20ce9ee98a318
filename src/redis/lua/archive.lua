--- @include "lua/clock"
--[[
Included by scripts that take away memories: a segment of the archive that holds one is written again without it. The key is
that of src/redis/keys.ts.
]]
local function archive_leave(record, segment)
  if type(segment) ~= 'string' then return end
  local due = string.gsub(string.match(record, '^(.*}):'), ':rec:{', ':archive-due:{', 1)
  redis.call('ZADD', due, 'LT', string.format('%d', now), segment)
end
