--- @include "lua/changes"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/facets"
--- @include "lua/version-keys"
--- @include "lua/versions"
--[[
Leaves a stub of each memory that a segment of the archive holds: its content becomes an excerpt, its interaction and its
vectors go. Its words stay in the index, and all else stays as it is. A memory that has changed since it was read for the
segment stays whole.

KEYS[1]  the namespace's segments, a hash
KEYS[2]  when each is to be looked at, a sorted set
KEYS[3+] the records

ARGV[1]  the segment
ARGV[2+] for each record three: its id, the SHA-1 of it as it was read, a JSON merge patch that makes it a stub

Returns the ids of the stubs; none if the segment isn't open any more.
]]
local segment = ARGV[1]
local facts = redis.call('HGET', KEYS[1], segment)
if not facts or string.sub(facts, 1, 5) ~= 'open ' then return {} end

local unchanged, ids = {}, {}
for i = 3, #KEYS do
  local at = 3 * i - 7
  local current = redis.call('JSON.GET', KEYS[i], '$')
  if current and redis.sha1hex(current) == ARGV[at + 1] then
    table.insert(unchanged, i)
    table.insert(ids, ARGV[at])
  end
end
if not ids[1] then return {} end
audit('archived', ids)

for _, i in ipairs(unchanged) do
  local record, at = KEYS[i], 3 * i - 7
  local ends = redis.call('PEXPIRETIME', record)
  usage_leave(ARGV[at], usage_total(record), ends)
  for _, key in ipairs(version_vectors(record)) do redis.call('DEL', key) end
  redis.call('JSON.MERGE', record, '$', ARGV[at + 2])
  redis.call('JSON.ARRAPPEND', record, '$.index.facets', '"' .. FACET.archived .. '"')
  usage_enter(ARGV[at], usage_total(record), ends)
  -- It ends by itself, and then the segment holds what nothing points to.
  if ends > 0 then redis.call('ZADD', KEYS[2], 'LT', string.format('%d', ends + 1000), segment) end
end
return ids
