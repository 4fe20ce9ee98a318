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
local version, number = tonumber(string.match(ARGV[1], '-(%d+)$')), tonumber(head[1]) or 0
if version == number then
  audit('ok')
  return { CODE.DONE, latest }
end
-- Changes are numbered without a gap, but for those up to the last erased one: if the next one is there, so are all after it.
local following = redis.call('XRANGE', state_changes, '(' .. ARGV[1], '+', 'COUNT', 1)[1]
if version < (tonumber(head[3]) or 0) or not following or tonumber(string.match(following[1], '-(%d+)$')) ~= version + 1 then
  audit('expired')
  return { CODE.EXPIRED }
end
audit('ok')
return { CODE.DONE, ARGV[1] }
