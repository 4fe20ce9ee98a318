--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/version-keys"
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
ARGV[6]  the vectors' other fields, a JSON array of names and values in turn
ARGV[7]  '1' if the vectors are replaced, '0' if they stay
ARGV[8]  what precedes such a hash in its key
ARGV[9]  the identity's hash of the next version, or '' if that stays
ARGV[10] now, milliseconds since the epoch
ARGV[11] the end that is given to a fact, milliseconds since the epoch; '' for none, 'keep' if that stays
ARGV[12] hashes with spaces between them: the memory gets another one only if it has one of these; '' for any
ARGV[13+] one vector per key in KEYS[2+]

Returns {DONE, since, published, end} revised: since when the next version holds, '1' if there are copies to carry it to,
else '', and of a fact whose next one begins before the end that it was given, when that is, else ''; {MISSING};
{CONFLICT} another version; {DUPLICATE, id} another memory says that already; {QUOTA, the one that it would break}.
]]
local paths = { '$.memory.version', '$.memory.updated_at', '$.index.hash', '$.index.timeline', '$.published', '$.memory.superseded_at' }
local current = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not current then
  audit('missing')
  return { CODE.MISSING }
end
current = cjson.decode(current)
if current['$.memory.version'][1] ~= tonumber(ARGV[2]) or type(current['$.memory.superseded_at'][1]) == 'number' then
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
local expiry = ARGV[5]
if expiry == 'keep' then
  expiry = ends > 0 and ends or ''
end

local hash = ARGV[8] .. current['$.index.hash'][1]
local known = ARGV[12] == '' or string.find(' ' .. ARGV[12] .. ' ', ' ' .. current['$.index.hash'][1] .. ' ', 1, true)
local renamed = ARGV[9] ~= '' and known
if renamed and ARGV[8] .. ARGV[9] ~= hash then
  local next_hash = ARGV[8] .. ARGV[9]
  local other = redis.call('GET', next_hash)
  if other and redis.call('EXISTS', ARGV[3] .. other) == 1 then
    audit('duplicate')
    return { CODE.DUPLICATE, other }
  end
  audit('revised')
  -- A restored memory doesn't have the hash if another one says the same.
  if redis.call('GET', hash) == ARGV[1] then redis.call('DEL', hash) end
  redis.call('SET', next_hash, ARGV[1])
  hash = next_hash
else
  audit('revised')
end

-- The clock of another service process may have been ahead: a version never begins before the one that it ends.
local since = math.max(tonumber(ARGV[10]), current['$.memory.updated_at'][1])
usage_leave(ARGV[1], next_versions, ends)
usage_enter(ARGV[1], next_bytes, expiry)
version_keep(KEYS[1], since, ARGV[7] == '0')
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[4])
local index = { since = since, version_bytes = next_versions }
if renamed then index.hash = ARGV[9] end
local author = cjson.decode(redis.call('JSON.GET', KEYS[1], '$.memory.source_agent'))[1]
-- No other agent writes here, so there is nothing to compare with.
if not usage_others(author) then index.corroborate_at = cjson.null end
local published = next(current['$.published'][1] or {}) and '1' or ''
if published == '1' then index.publish_at = now end
redis.call('JSON.MERGE', KEYS[1], '$', cjson.encode({ memory = { updated_at = since }, index = index }))

for i = 2, #KEYS do redis.call('HSET', KEYS[i], 'v', ARGV[11 + i]) end
local fields = cjson.decode(ARGV[6])
for _, key in ipairs(version_vectors(KEYS[1])) do
  if redis.call('EXISTS', key) == 1 then
    redis.call('HDEL', key, 'valid_from', 'valid_to')
    redis.call('HSET', key, 'since', string.format('%d', since), unpack(fields))
  end
end
local ended = ''
local timeline = current['$.index.timeline'][1] and fact_keys(KEYS[1]) .. current['$.index.timeline'][1]
if timeline then
  local from = tonumber(redis.call('ZSCORE', timeline, ARGV[1]) or nil)
  local after = ARGV[11] ~= 'keep' and from and fact_beside(timeline, ARGV[3], from, true)
  if after and (ARGV[11] == '' or tonumber(ARGV[11]) > after) then
    ended = int(after)
    redis.call('JSON.MERGE', KEYS[1], '$', '{"memory":{"valid_to":' .. ended .. '},"index":{"valid_to":' .. ended .. '}}')
    for _, key in ipairs(version_vectors(KEYS[1])) do
      if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'valid_to', ended) end
    end
  end
  fact_prolong(timeline, expiry, false)
end
version_expire(KEYS[1], expiry)
-- A later fact with the same statement may have the hash now.
local hashed = redis.call('GET', hash) == ARGV[1] and hash or nil
for _, key in ipairs({ KEYS[1], hashed }) do
  if expiry == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, expiry) end
end
return { CODE.DONE, string.format('%d', since), published, ended }
