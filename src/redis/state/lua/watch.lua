--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/documents"
--[[
Finds where to begin in the change stream.

ARGV[1] the change that was seen last, <milliseconds>-<version>; '' to begin from now

Returns {DONE, id after which to read}, or {EXPIRED} if changes after that one are gone.
]]
local head = redis.call('HMGET', state_head, 'number', 'time', 'erased_to')
local latest = (head[2] or '0') .. '-' .. (head[1] or '0')
if ARGV[1] == '' then
  audit('ok')
  return { CODE.DONE, latest }
end
if ARGV[1] == latest then
  audit('ok')
  return { CODE.DONE, latest }
end
local function number_of(entry) return entry and tonumber(string.match(entry[1], '-(%d+)$')) end
local version = tonumber(string.match(ARGV[1], '-(%d+)$'))
-- Changes are numbered without a gap, but for those up to the last erased one: if the next one is there, so are all after it.
local seen = redis.call('XREVRANGE', state_changes, ARGV[1], '-', 'COUNT', 1)[1]
local following = redis.call('XRANGE', state_changes, '(' .. ARGV[1], '+', 'COUNT', 1)[1]
local known = seen ~= nil and seen[1] == ARGV[1]
-- A change that was seen is lost with a server that dies before it has it on disk or on a replica. The next change takes its
-- number, and has another time.
local replaced = not known and (number_of(seen) or 0) >= version and version > 0
local whole
if following then whole = number_of(following) == version + 1 else whole = known and version == tonumber(head[1]) end
if version < (tonumber(head[3]) or 0) or replaced or not whole then
  audit('expired')
  return { CODE.EXPIRED }
end
audit('ok')
return { CODE.DONE, ARGV[1] }
