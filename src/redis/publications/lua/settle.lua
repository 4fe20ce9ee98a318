--- @include "lua/changes"
--- @include "lua/clock"
--[[
Notes on a memory, or on what is left of a deleted one, that a publication was carried to its namespace.

KEYS[1] the record, or what is left of it

ARGV[1] the namespace that it was published to
ARGV[2] the memory's version that its copy there knows of; '' if there is nothing to carry there any more

Returns 1, or 0 if there is nothing to note it on.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.published', '$.memory.version')
if not found then return 0 end
found = cjson.decode(found)
local published, version = found['$.published'][1] or {}, found['$.memory.version'][1]
local note = published[ARGV[1]]
if not note then return 0 end
if ARGV[2] == '' then
  published[ARGV[1]] = nil
else
  note.version = math.max(note.version, tonumber(ARGV[2]))
end

local open = false
for _, other in pairs(published) do open = open or not version or other.version < version end
if not open and not version then return redis.call('DEL', KEYS[1]) end
local patch = { published = { [ARGV[1]] = ARGV[2] == '' and cjson.null or note } }
-- A tombstone has no index.
if version then patch.index = { changed_at = now } end
if not open then patch.index = { publish_at = cjson.null, changed_at = version and now } end
redis.call('JSON.MERGE', KEYS[1], '$', cjson.encode(patch))
return 1
