--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--[[
Notes on a memory that it is to be published; the process that carries it there settles the note (settle.lua).

KEYS[1] the record

ARGV[1] the namespace to publish to
ARGV[2] a JSON merge patch for the record: the note, and when to look whether it was carried
ARGV[3] to how many namespaces a memory may be published

Returns {DONE, document} noted; {MISSING}; {TOO_MANY}.
]]
local published = redis.call('JSON.GET', KEYS[1], '$.published')
if not published then
  audit('missing')
  return { CODE.MISSING }
end
local count = 0
for namespace in pairs(cjson.decode(published)[1] or {}) do
  if namespace ~= ARGV[1] then count = count + 1 end
end
if count >= tonumber(ARGV[3]) then
  audit('too_many')
  return { CODE.TOO_MANY }
end
audit('ok')
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[2])
redis.call('JSON.SET', KEYS[1], '$.index.changed_at', int(now))
return { CODE.DONE, redis.call('JSON.GET', KEYS[1], '$') }
