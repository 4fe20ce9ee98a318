--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/facets"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--[[
Makes the stub of an archived memory the memory that it was.

KEYS[1]  the record
KEYS[2]  when each of the namespace's segments is to be looked at, a sorted set
KEYS[3+] one hash per vector

ARGV[1]  its id
ARGV[2]  the segment that it was read from
ARGV[3]  a JSON merge patch for the record
ARGV[4]  when the segment is to be looked at, milliseconds since the epoch
ARGV[5]  what its predecessor in the session lends it, as it was read, or ''
ARGV[6+] one vector per key in KEYS[3+]

Returns {DONE}; {MISSING} it is gone, or isn't archived; {CONFLICT} its stub points to another segment, or its
predecessor lends it something else since; {QUOTA, the one that it would break}.
]]
local record, id, segment = KEYS[1], ARGV[1], ARGV[2]
local found = redis.call('JSON.GET', record, '$.memory.archived.segment', '$.index.facets', '$.index.preceding')
found = found and cjson.decode(found)
if not found or type(found['$.memory.archived.segment'][1]) ~= 'string' then
  audit('missing', { id })
  return { CODE.MISSING }
end
if found['$.memory.archived.segment'][1] ~= segment then return { CODE.CONFLICT } end
if (found['$.index.preceding'][1] or '') ~= ARGV[5] then return { CODE.CONFLICT } end

local before = usage_total(record)
local _, _, versions = usage_of(record)
local broken = usage_over(0, usage_json + usage_vectors + versions - before)
if broken then
  audit('quota', { id })
  return { CODE.QUOTA, broken }
end
audit('restored', { id })

local ends = redis.call('PEXPIRETIME', record)
usage_leave(id, before, ends)
redis.call('JSON.MERGE', record, '$', ARGV[3])
local facets = {}
for _, each in ipairs(found['$.index.facets'][1]) do
  if each ~= FACET.archived then table.insert(facets, each) end
end
redis.call('JSON.MERGE', record, '$.index', cjson.encode({ facets = facets }))
usage_enter(id, usage_total(record), ends)
vector_write(record, KEYS, 3, ARGV, 6)
if ends > 0 then
  for i = 3, #KEYS do redis.call('PEXPIREAT', KEYS[i], string.format('%d', ends)) end
end
-- A later look at the segment becomes this one; a sooner one stays.
local due = redis.call('ZSCORE', KEYS[2], segment)
if not due or tonumber(due) > tonumber(ARGV[4]) then redis.call('ZADD', KEYS[2], ARGV[4], segment) end
return { CODE.DONE }
