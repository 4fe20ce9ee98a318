--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--- @include "lua/timelines"
--- @include "lua/archive"
--[[
Writes a memory of an export as it was, under its own id. Its old versions follow by put-version.lua.

KEYS[1]  the record
KEYS[2]  hash of its identity -> id
KEYS[3]  the namespace's sequence
KEYS[4]  what was deleted in the namespace, a sorted set of members by when
KEYS[5+] one hash per vector

ARGV[1]  id
ARGV[2]  what precedes an id in a record's key
ARGV[3]  the document up to the value of index.seq
ARGV[4]  the document after it
ARGV[5]  expiry, milliseconds since the epoch, or ''
ARGV[6]  its version
ARGV[7]  when that was recorded, milliseconds since the epoch
ARGV[8]  'skip', 'overwrite' or 'fail': what happens where there is another memory
ARGV[9]  the import's id: what the same import wrote before is replaced
ARGV[10] '1' if nothing is to be written
ARGV[11] '1' if another memory stands for it, so that it has no identity
ARGV[12] '' or its fact, as JSON: names; timeline, its place; disputed; object, its facet; from and to
ARGV[13] what the namespace's uses hold of it, or ''
ARGV[14] '1' if what was deleted here comes back
ARGV[15] the item's key, or ''
ARGV[16] who wrote it
ARGV[17+] one vector per hash in KEYS[5+]

Returns what became of it: 'created', 'replaced', 'unchanged', 'skipped', 'conflict', 'erased' (it was deleted here), 'expired',
'quota', or 'taken ' and the id of the item that is to be removed before.
]]
local id, records, document_head, document_tail, expiry, version, updated_at, rule = unpack(ARGV, 1, 8)
local import, dry, replaced, fact_json, uses, restores, item_key, agent = unpack(ARGV, 9, 16)
local record, identity, sequence, gone = unpack(KEYS, 1, 4)
if expiry ~= '' and tonumber(expiry) <= now then return 'expired' end
if restores ~= '1' and redis.call('ZSCORE', gone, 'm ' .. id) then return 'erased' end

-- Which import wrote a record, and at which version: false if none did, or something has changed it since.
local function written_by(found, number)
  local by, at = string.match(found['$.imported'][1] or '', '^(.+):(%d+)$')
  return at == string.format('%d', number) and by
end

local outcome = 'created'
local paths = { '$.memory.version', '$.memory.updated_at', '$.imported', '$.index.hash', '$.memory.superseded_by' }
local current = redis.call('JSON.GET', record, unpack(paths))
current = current and cjson.decode(current)
if current then
  local number = current['$.memory.version'][1]
  if written_by(current, number) ~= import then
    -- An older version, which was deleted here with those before it.
    local older = tonumber(version) < number and redis.call('EXISTS', (version_keys(record))(version)) == 0
    if older and restores ~= '1' and redis.call('ZSCORE', gone, 'h ' .. id) then return 'erased' end
    if rule ~= 'overwrite' then
      if number == tonumber(version) and current['$.memory.updated_at'][1] == tonumber(updated_at) then return 'unchanged' end
      return rule == 'fail' and 'conflict' or 'skipped'
    end
    outcome = 'replaced'
  end
end
local owner = replaced ~= '1' and redis.call('GET', identity)
if owner and owner ~= id then
  local found = redis.call('JSON.GET', records .. owner, '$.memory.version', '$.imported')
  found = found and cjson.decode(found)
  -- The file said so before: a later line changes that one, or deletes it.
  if not found or written_by(found, found['$.memory.version'][1]) == import then owner = nil end
else
  owner = nil
end
if owner and not current then
  if rule == 'fail' then return 'conflict' end
  if item_key ~= '' and rule == 'overwrite' then return 'taken ' .. owner end
  return 'skipped'
end
if usage_over(current and 0 or 1, usage_json + usage_vectors) then return 'quota' end
if dry == '1' then return outcome end

audit(outcome, item_key ~= '' and { id, item_key } or { id })
if current then
  usage_leave(id, usage_total(record), redis.call('PEXPIRETIME', record))
  version_forget(record)
  for _, key in ipairs(version_all(record)) do redis.call('DEL', key) end
  local before = string.match(identity, '^(.-:hash:{.-}:)') .. current['$.index.hash'][1]
  local former = redis.call('GET', before)
  local stood_for = before ~= identity and former == current['$.memory.superseded_by'][1]
  if former and (former == id or stood_for) then redis.call('DEL', before) end
  local stub = redis.call('JSON.GET', record, '$.memory.archived.segment')
  archive_leave(record, stub and cjson.decode(stub)[1])
  local place = redis.call('JSON.GET', record, '$.index.timeline')
  place = place and cjson.decode(place)[1]
  if type(place) == 'string' then
    local timeline = fact_keys(record) .. place
    redis.call('ZREM', timeline, id)
    redis.call('ZREM', timeline .. FACT_DISPUTES, id)
  end
  redis.call('DEL', record)
end

usage_enter(id, usage_json + usage_vectors, expiry)
usage_others(agent)
local seq = redis.call('INCR', sequence)
-- When it changed, for an incremental export of this store. A second write would leave the index with its words twice.
local changed = ',"changed_at":' .. int(now)
redis.call('JSON.SET', record, '$', document_head .. int(seq) .. changed .. document_tail)
local keys = { record }
if replaced ~= '1' and not owner then
  redis.call('SET', identity, id)
  table.insert(keys, identity)
end
vector_write(record, KEYS, 5, ARGV, 17)
for i = 5, #KEYS do table.insert(keys, KEYS[i]) end
if expiry ~= '' then
  for _, key in ipairs(keys) do redis.call('PEXPIREAT', key, expiry) end
end
if uses ~= '' then redis.call('HSET', usage_uses, id, uses) end
redis.call('ZREM', gone, 'm ' .. id)
if restores == '1' then redis.call('ZREM', gone, 'h ' .. id) end
if fact_json == '' then return outcome end

local fact = cjson.decode(fact_json)
fact_names(record, fact, seq)
if not fact.timeline then return outcome end
local timeline = fact_keys(record) .. fact.timeline
fact_file(fact.disputed and timeline .. FACT_DISPUTES or timeline, id, int(fact.from), expiry)
if fact.disputed then return outcome end

-- One that this import wrote stays its own, so that a later line may say how it ends.
local function bound(other, to)
  local found = cjson.decode(redis.call('JSON.GET', records .. other, '$.memory.version', '$.imported'))
  local number = found['$.memory.version'][1]
  local own = written_by(found, number) == import
  fact_end(records .. other, other, to, now)
  if own then redis.call('JSON.SET', records .. other, '$.imported', cjson.encode(import .. ':' .. string.format('%d', number + 1))) end
end

-- What the file says of when each fact ends holds among themselves; facts that were here already may begin or end otherwise.
local after = fact_beside(timeline, records, fact.from, true)
if after and (not fact.to or fact.to > after) then bound(id, after) end
local before = fact_beside(timeline, records, fact.from, false)
for _, other in ipairs(before and fact_at(timeline, records, before) or {}) do
  local ends = fact_of(records .. other).to
  if not ends or ends > fact.from then bound(other, fact.from) end
end
return outcome
