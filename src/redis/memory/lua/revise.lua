--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--- @include "lua/timelines"
--[[
Makes the next version of a memory, if it still has the expected one, and keeps that as an old version.

KEYS[1]  the record
KEYS[2+] one hash per vector of the next content; none if the vectors stay

ARGV[1]  id
ARGV[2]  expected version
ARGV[3]  what precedes an id in a record's key
ARGV[4]  a JSON merge patch for the record
ARGV[5]  expiry, milliseconds since the epoch; '' for none, 'keep' for the one it has
ARGV[6]  '1' if the vectors are replaced, '0' if they stay
ARGV[7]  what precedes such a hash in its key
ARGV[8]  the identity's hash of the next version, or '' if that stays
ARGV[9]  now, milliseconds since the epoch
ARGV[10] the end that is given to a fact, milliseconds since the epoch; '' for none, 'keep' if that stays
ARGV[11] hashes with spaces between them: the memory gets another one only if it has one of these; '' for any
ARGV[12] the SHA-1 of what it says, as it was read: a rewriting changes that without a new version
ARGV[13+] one vector per key in KEYS[2+]

Returns {DONE, since, published, end} revised: since when the next version holds, '1' if there are copies to carry it to,
else '', and of a fact whose next one begins before the end that it was given, when that is, else ''; {MISSING};
{CONFLICT} another version, another text, or archived; {DUPLICATE, id} another memory says that already; {QUOTA, the one that it would break}.
]]
local id, expected_version, records, patch, expiry, replaces_vectors = unpack(ARGV, 1, 6)
local hashes, next_hash, at, next_end, known_by, wording = unpack(ARGV, 7, 12)

local paths = { '$.memory.version', '$.memory.updated_at', '$.index.hash', '$.index.timeline', '$.published', '$.memory.superseded_at', '$.memory.archived' }
local texts = { '$.memory.content', '$.memory.metadata', '$.memory.tags' }
local current = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not current then
  audit('missing')
  return { CODE.MISSING }
end
current = cjson.decode(current)
local superseded = type(current['$.memory.superseded_at'][1]) == 'number'
local says = cjson.decode(redis.call('JSON.GET', KEYS[1], unpack(texts)))
says = { says[texts[1]][1], says[texts[2]][1], unpack(says[texts[3]][1]) }
-- Of a stub, a version would hold an excerpt.
if current['$.memory.version'][1] ~= tonumber(expected_version) or superseded or current['$.memory.archived'][1] or redis.sha1hex(table.concat(says, '\0')) ~= wording then
  audit('conflict')
  return { CODE.CONFLICT }
end

local json, vectors, versions = usage_of(KEYS[1])
local next_versions = versions + json + vectors
local next_bytes = usage_json + (usage_vectors or vectors) + next_versions
local broken = usage_over(0, next_bytes - next_versions)
if broken then
  audit('quota')
  return { CODE.QUOTA, broken }
end

local ends = redis.call('PEXPIRETIME', KEYS[1])
if expiry == 'keep' then
  expiry = ends > 0 and ends or ''
end

local hash = hashes .. current['$.index.hash'][1]
local known = known_by == '' or string.find(' ' .. known_by .. ' ', ' ' .. current['$.index.hash'][1] .. ' ', 1, true)
local renamed = next_hash ~= '' and known
local next_key = hashes .. next_hash
if renamed and next_key ~= hash then
  local other = redis.call('GET', next_key)
  if other and redis.call('EXISTS', records .. other) == 1 then
    audit('duplicate')
    return { CODE.DUPLICATE, other }
  end
  audit('revised')
  -- A restored memory doesn't have the hash if another one says the same.
  if redis.call('GET', hash) == id then redis.call('DEL', hash) end
  redis.call('SET', next_key, id)
  hash = next_key
else
  audit('revised')
end

local since = version_since(KEYS[1], tonumber(at), current['$.memory.updated_at'][1])
usage_leave(id, next_versions, ends)
local freed = math.min(next_versions, version_keep(KEYS[1], since, replaces_vectors == '0'))
next_versions = next_versions - freed
usage_enter(id, next_bytes - freed, expiry)
redis.call('JSON.MERGE', KEYS[1], '$', patch)
local index = { since = since, version_bytes = next_versions }
if renamed then index.hash = next_hash end
local author = cjson.decode(redis.call('JSON.GET', KEYS[1], '$.memory.source_agent'))[1]
-- No other agent writes here, so there is nothing to compare with.
if not usage_others(author) then index.corroborate_at = cjson.null end
local published = next(current['$.published'][1] or {}) and '1' or ''
if published == '1' then index.publish_at = now end
redis.call('JSON.MERGE', KEYS[1], '$', cjson.encode({ memory = { updated_at = since }, index = index }))

local ended = ''
local timeline = current['$.index.timeline'][1] and fact_keys(KEYS[1]) .. current['$.index.timeline'][1]
if timeline then
  local from = tonumber(redis.call('ZSCORE', timeline, id) or nil)
  local after = next_end ~= 'keep' and from and fact_beside(timeline, records, from, true)
  if after and (next_end == '' or tonumber(next_end) > after) then
    ended = int(after)
    redis.call('JSON.MERGE', KEYS[1], '$', '{"memory":{"valid_to":' .. ended .. '},"index":{"valid_to":' .. ended .. '}}')
  end
  fact_prolong_both(timeline, expiry)
end
if KEYS[2] then vector_write(KEYS[1], KEYS, 2, ARGV, 13) else vector_follow(KEYS[1]) end
version_prolong(KEYS[1], expiry, ends)
-- A later fact with the same statement may have the hash now.
local hashed = redis.call('GET', hash) == id and hash or nil
for _, key in ipairs({ KEYS[1], hashed }) do
  if expiry == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, expiry) end
end
audit_note('revised ' .. id .. ' ' .. string.format('%d', tonumber(expected_version) + 1))
return { CODE.DONE, string.format('%d', since), published, ended }
