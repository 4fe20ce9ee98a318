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
Replaces the texts of a memory and of its old versions, if none of them has changed since they were read. It makes no new
version.

KEYS[1]  the record
KEYS[2+] its old versions

ARGV[1]  id
ARGV[2]  what precedes an id in a record's key
ARGV[3]  what precedes an identity's hash in its key
ARGV[4]  the identity's next hash, or '' if that stays
ARGV[5]  the SHA-1 of the record as it was read
ARGV[6]  a JSON merge patch for it, or '' if it stays
ARGV[7]  '1' if its vectors go
ARGV[8]  '' or its fact, as JSON, if that changes: names; timeline, its place; object, its facet
ARGV[9+] for each key in KEYS[2+] four: its version, the SHA-1 of it as it was read, a JSON merge patch, or '' if it stays,
         and '1' if its vectors go

Returns {DONE}; {CONFLICT} something has changed since.
]]
local id, records, hashes, next_hash, sha1, patch, drops_vectors, fact_json = unpack(ARGV, 1, 8)
local record = KEYS[1]

local current = redis.call('JSON.GET', record, '$')
if not current or redis.sha1hex(current) ~= sha1 then return { CODE.CONFLICT } end
local olds = {}
for i = 2, #KEYS do
  local at = 4 * i + 1
  local document = redis.call('JSON.GET', KEYS[i], '$')
  -- One that has ended needs no other text.
  if document and redis.sha1hex(document) ~= ARGV[at + 1] then return { CODE.CONFLICT } end
  if document and ARGV[at + 2] ~= '' then
    table.insert(olds, { key = KEYS[i], version = ARGV[at], patch = ARGV[at + 2], drops = ARGV[at + 3] == '1' })
  end
end
audit('rewritten', { id })

local ends = redis.call('PEXPIRETIME', record)
local _, _, versions = usage_of(record)
usage_leave(id, usage_total(record), ends)
for _, old in ipairs(olds) do
  local json, vectors = usage_of(old.key)
  local member = version_member(record, old.version, json + vectors)
  for _, key in ipairs(old.drops and version_vectors(record, old.version) or {}) do redis.call('DEL', key) end
  redis.call('JSON.MERGE', old.key, '$', old.patch)
  if not old.drops then vector_follow(record, old.version) end
  local next_json, next_vectors = usage_of(old.key)
  versions = versions + next_json + next_vectors - json - vectors
  local kept_until = redis.call('ZSCORE', usage_versions, member)
  if kept_until then
    redis.call('ZREM', usage_versions, member)
    redis.call('ZADD', usage_versions, kept_until, version_member(record, old.version, next_json + next_vectors))
  end
end
if drops_vectors == '1' then
  for _, key in ipairs(version_vectors(record)) do redis.call('DEL', key) end
end
if patch ~= '' then redis.call('JSON.MERGE', record, '$', patch) end
-- When it changed, for an incremental export.
local counted = '{"changed_at":' .. int(now) .. ',"version_bytes":' .. int(math.max(0, versions)) .. '}'
redis.call('JSON.MERGE', record, '$.index', counted)
usage_enter(id, usage_total(record), ends)
if drops_vectors ~= '1' then vector_follow(record) end

local document = cjson.decode(current)[1]
if next_hash ~= '' then
  local hash = hashes .. document.index.hash
  local owner = redis.call('GET', hash)
  -- Its own, or that of the memory that stands for it. Else another memory says the same.
  if owner and (owner == id or owner == document.memory.superseded_by) then
    redis.call('DEL', hash)
    local other = redis.call('GET', hashes .. next_hash)
    if not other or redis.call('EXISTS', records .. other) == 0 then
      redis.call('SET', hashes .. next_hash, owner)
      local owned_until = redis.call('PEXPIRETIME', records .. owner)
      if owned_until > 0 then redis.call('PEXPIREAT', hashes .. next_hash, int(owned_until)) end
    end
  end
  redis.call('JSON.MERGE', record, '$.index', '{"hash":"' .. next_hash .. '"}')
end
if fact_json == '' then return { CODE.DONE } end

local fact = cjson.decode(fact_json)
fact_names(record, fact, document.index.seq)
local place = document.index.timeline
if type(place) ~= 'string' then return { CODE.DONE } end
-- When it begins and ends stays, among the facts of the other name too.
local before, after = fact_keys(record) .. place, fact_keys(record) .. fact.timeline
for _, kind in ipairs({ '', FACT_DISPUTES }) do
  local from = redis.call('ZSCORE', before .. kind, id)
  if from then
    redis.call('ZREM', before .. kind, id)
    fact_file(after .. kind, id, from, ends > 0 and int(ends) or '')
  end
end
redis.call('JSON.MERGE', record, '$.index', '{"timeline":"' .. fact.timeline .. '","object":"' .. fact.object .. '"}')
return { CODE.DONE }
