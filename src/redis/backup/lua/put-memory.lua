--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--- @include "lua/timelines"
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
local record, id, expiry = KEYS[1], ARGV[1], ARGV[5]
if expiry ~= '' and tonumber(expiry) <= now then return 'expired' end
if ARGV[14] ~= '1' and redis.call('ZSCORE', KEYS[4], 'm ' .. id) then return 'erased' end

local outcome = 'created'
local current = redis.call('JSON.GET', record, '$.memory.version', '$.memory.updated_at', '$.imported', '$.index.hash')
current = current and cjson.decode(current)
if current then
  local version = current['$.memory.version'][1]
  local own = current['$.imported'][1] == ARGV[9] .. ':' .. string.format('%d', version)
  if not own then
    if ARGV[8] ~= 'overwrite' then
      if version == tonumber(ARGV[6]) and current['$.memory.updated_at'][1] == tonumber(ARGV[7]) then return 'unchanged' end
      return ARGV[8] == 'fail' and 'conflict' or 'skipped'
    end
    outcome = 'replaced'
  end
end
local owner = ARGV[11] ~= '1' and redis.call('GET', KEYS[2])
if owner and (owner == id or redis.call('EXISTS', ARGV[2] .. owner) == 0) then owner = nil end
if owner and not current then
  if ARGV[8] == 'fail' then return 'conflict' end
  if ARGV[15] ~= '' and ARGV[8] == 'overwrite' then return 'taken ' .. owner end
  return 'skipped'
end
if usage_over(current and 0 or 1, usage_json + usage_vectors) then return 'quota' end
if ARGV[10] == '1' then return outcome end

audit(outcome, ARGV[15] ~= '' and { id, ARGV[15] } or { id })
if current then
  usage_leave(id, usage_total(record), redis.call('PEXPIRETIME', record))
  version_forget(record)
  for _, key in ipairs(version_all(record)) do redis.call('DEL', key) end
  local before = string.match(KEYS[2], '^(.-:hash:{.-}:)') .. current['$.index.hash'][1]
  if redis.call('GET', before) == id then redis.call('DEL', before) end
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
usage_others(ARGV[16])
local seq = redis.call('INCR', KEYS[3])
redis.call('JSON.SET', record, '$', ARGV[3] .. int(seq) .. ARGV[4])
local keys = { record }
if ARGV[11] ~= '1' and not owner then
  redis.call('SET', KEYS[2], id)
  table.insert(keys, KEYS[2])
end
vector_write(record, KEYS, 5, ARGV, 17)
for i = 5, #KEYS do table.insert(keys, KEYS[i]) end
if expiry ~= '' then
  for _, key in ipairs(keys) do redis.call('PEXPIREAT', key, expiry) end
end
if ARGV[13] ~= '' then redis.call('HSET', usage_uses, id, ARGV[13]) end
redis.call('ZREM', KEYS[4], 'm ' .. id)
if ARGV[12] == '' then return outcome end

local fact = cjson.decode(ARGV[12])
fact_names(record, fact, seq)
if not fact.timeline then return outcome end
local timeline = fact_keys(record) .. fact.timeline
local place = fact.disputed and timeline .. FACT_DISPUTES or timeline
local fresh = redis.call('EXISTS', place) == 0
redis.call('ZADD', place, int(fact.from), id)
fact_prolong(place, expiry, fresh)
if fact.disputed then return outcome end
-- What the file says of when each fact ends holds among themselves; facts that were here already may begin or end otherwise.
local after = fact_beside(timeline, ARGV[2], fact.from, true)
if after and (not fact.to or fact.to > after) then fact_end(record, id, after, now) end
local before = fact_beside(timeline, ARGV[2], fact.from, false)
for _, other in ipairs(before and fact_at(timeline, ARGV[2], before) or {}) do
  local ends = fact_of(ARGV[2] .. other).to
  if not ends or ends > fact.from then fact_end(ARGV[2] .. other, other, fact.from, now) end
end
return outcome
