--- @include "lua/changes"
--[[
Takes a deleted memory's words out of the index entry of one that followed it, and has that one embedded again.

KEYS[1] the one that followed

ARGV[1] id of the deleted memory
ARGV[2] now, milliseconds since the epoch

Returns 1 if it was done, 0 if the memory is gone or follows another one.
]]
local current = redis.call('JSON.GET', KEYS[1], '$.index.follows', '$.index.own_vector', '$.memory.archived')
if not current then return 0 end
current = cjson.decode(current)
if current['$.index.follows'][1] ~= ARGV[1] then return 0 end

local patch = { follows = cjson.null, preceding = cjson.null, context = cjson.null }
-- A caller's own vector never held the context, and mneme couldn't make it again. A stub is embedded when it comes back.
if not current['$.index.own_vector'][1] and not current['$.memory.archived'][1] then patch.embed_at = tonumber(ARGV[2]) end
redis.call('JSON.MERGE', KEYS[1], '$.index', cjson.encode(patch))
return 1
