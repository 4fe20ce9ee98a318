--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--[[
Brings a stored record, or an old version of one, to the present schema, if it hasn't changed since it was read. Its
vectors follow.

KEYS[1] the record
KEYS[2] its present content hash, and KEYS[3] the one that it gets; both left out if that stays

ARGV[1] SHA-1 of the record as it was read
ARGV[2] a JSON merge patch for the record
ARGV[3] the record's id

Returns {DONE}; {MISSING} the record is gone; {CONFLICT} it has changed in between.
]]
local current = redis.call('JSON.GET', KEYS[1], '$')
if not current then return { CODE.MISSING } end
if redis.sha1hex(current) ~= ARGV[1] then return { CODE.CONFLICT } end
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[2])
vector_follow(version_of(KEYS[1]))
if not KEYS[2] then return { CODE.DONE } end
local owned = redis.call('GET', KEYS[2]) == ARGV[3]
if owned then redis.call('DEL', KEYS[2]) end
-- A superseded memory isn't found by a repeated write.
local superseded = type(cjson.decode(redis.call('JSON.GET', KEYS[1], '$.memory.superseded_at'))[1]) == 'number'
if superseded or redis.call('EXISTS', KEYS[3]) == 1 then return { CODE.DONE } end
redis.call('SET', KEYS[3], ARGV[3])
local ends = redis.call('PEXPIRETIME', KEYS[1])
if ends > 0 then redis.call('PEXPIREAT', KEYS[3], string.format('%d', ends)) end
return { CODE.DONE }
