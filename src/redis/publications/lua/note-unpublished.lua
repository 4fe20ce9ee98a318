--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
--[[
Notes on a memory that it is not published to a namespace any more.

KEYS[1] the record

ARGV[1] the namespace

Returns {DONE} noted; {MISSING}; {UNFIT} it wasn't published there.
]]
local published = redis.call('JSON.GET', KEYS[1], '$.published')
if not published then
  audit('missing')
  return { CODE.MISSING }
end
local known = (cjson.decode(published)[1] or {})[ARGV[1]]
audit(known and 'ok' or 'missing')
if not known then return { CODE.UNFIT } end
redis.call('JSON.MERGE', KEYS[1], '$', cjson.encode({ published = { [ARGV[1]] = cjson.null }, index = { changed_at = now } }))
return { CODE.DONE }
