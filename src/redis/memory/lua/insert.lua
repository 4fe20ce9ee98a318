--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/versions"
--- @include "lua/timelines"
--- @include "lua/evidence"
--[[
Stores a new memory with its vectors, or counts one more sighting of the memory that has the same identity:
that one then lives as long as the longer of the two would. An item is stored only if there is none under its key. A fact
of cardinality one takes its place on its timeline.

KEYS[1]  the record
KEYS[2]  hash of its identity -> id
KEYS[3]  the namespace's sequence
KEYS[4+] one hash per vector, and after them, if it is a turn of a session, the session's last turn

ARGV[1]  id
ARGV[2]  what precedes an id in a record's key
ARGV[3]  the document up to the value of index.seq
ARGV[4]  the document after it
ARGV[5]  expiry, milliseconds since the epoch, or ''
ARGV[6]  now, milliseconds since the epoch
ARGV[7]  the vectors' other fields, a JSON array of names and values by turns
ARGV[8]  id of the memory that lends this one its context, or ''
ARGV[9]  '1' if the vectors hold that context, else '0'
ARGV[10] milliseconds that a session's last turn is remembered
ARGV[11] the item's key, or ''; KEYS[2] is then by it, not by the content
ARGV[12] '' or a fact, as JSON: names, two pairs of a name as it is compared and as it was written; own, whether it was
         written here; and of an own one cardinality ('one', 'many', or left out), setting, the name of the setting that
         says so else, timeline, the timeline's place, object, its facet, dated, whether somebody said since when, from, to
ARGV[13] the agent that writes
ARGV[14] '1' if it is to be compared with what other agents wrote here
ARGV[15] how many agents are noted of a memory that said the same
ARGV[16] ids and versions of what it was derived from, <id>:<version> with spaces between them
ARGV[17] the hash that an older release would have given it, or ''
ARGV[18+] one vector per hash in KEYS[4+]

Returns '!' and an id, and has done nothing, if that is the record of an older schema that may be the same memory; else false if it was stored; '*' if it was and is to be compared; '+' and itself as JSON if a timeline had a say in it,
or '*+' and that if both; the other memory as JSON ('[{...}]'), the quota that it would break, or 'contradictions' if
there are too many.
]]
local vectors = #ARGV - 17
local turn = KEYS[4 + vectors]

local function remember_turn(id)
  if not turn then return end
  redis.call('SET', turn, id, 'PX', ARGV[10])
  if ARGV[5] ~= '' then redis.call('PEXPIREAT', turn, ARGV[5], 'LT') end
end

local function expire(key)
  if ARGV[5] == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, ARGV[5]) end
end

-- Notes on what it was derived from that something was, the latest few: who takes that back wants to know.
local function derive(as)
  for source in string.gmatch(ARGV[16], '(%w+):%d+') do
    local record, id = ARGV[2] .. source, '"' .. as .. '"'
    if redis.call('EXISTS', record) == 1 then
      local count = redis.call('JSON.ARRAPPEND', record, '$.derived', id)[1]
      if not count then redis.call('JSON.SET', record, '$.derived', '[' .. id .. ']') end
      if count and count > 64 then redis.call('JSON.ARRPOP', record, '$.derived', 0) end
    end
  end
end

-- What is told once more has more sources; what somebody tells by himself needs none.
local function add_sources(record, id)
  local found = cjson.decode(redis.call('JSON.GET', record, '$.memory.derived_from'))[1]
  if not found then return end
  if ARGV[16] == '' then
    redis.call('JSON.SET', record, '$.index.told', 'true')
    return
  end
  local known = {}
  for _, source in ipairs(found) do known[source.id] = true end
  local count = #found
  for source, version in string.gmatch(ARGV[16], '(%w+):(%d+)') do
    if not known[source] and count < 64 then
      redis.call('JSON.ARRAPPEND', record, '$.memory.derived_from', '{"id":"' .. source .. '","version":' .. version .. '}')
      count = count + 1
    end
  end
  derive(id)
end

local fact = ARGV[12] ~= '' and cjson.decode(ARGV[12])
local single = fact and fact.own and (fact.cardinality or redis.call('HGET', usage_settings, fact.setting)) == 'one'
local timeline = single and fact_keys(KEYS[1]) .. fact.timeline
-- Who may not read hears of its own facts only.
if single and usage_blind then fact.by = ARGV[13] end
local plan = single and fact_plan(timeline, ARGV[2], fact)
local hash_key = KEYS[2]
-- Whether it is the same fact again is for its timeline to say, so its hash is one that nobody else has.
local function own_hash(id) return hash_key .. '.' .. id end

local existing
if single then existing = plan.seen else existing = redis.call('GET', hash_key) end
if not single and not existing and ARGV[17] ~= '' then
  local former = redis.call('GET', string.match(hash_key, '^(.*:)') .. ARGV[17])
  local found = former and redis.call('JSON.GET', ARGV[2] .. former, '$.index.schema', '$.index.hash')
  found = found and cjson.decode(found)
  -- Of schema 3 on, records are known by what scopes them too.
  if found and (found['$.index.schema'][1] or 1) < 3 then return '!' .. former end
  -- Upgraded, and still known by that alone: a fact whose end was changed.
  if found and found['$.index.hash'][1] == ARGV[17] then existing = former end
end
-- What says the same by now may itself have been merged since.
for _ = 1, 16 do
  local by = existing and redis.call('JSON.GET', ARGV[2] .. existing, '$.memory.superseded_by')
  by = by and cjson.decode(by)[1]
  if type(by) ~= 'string' or redis.call('EXISTS', ARGV[2] .. by) == 0 then break end
  existing = by
end
-- Told once more after it ended, with no word of when, it is so anew.
if existing and fact and fact.own and not single and not fact.dated and not tonumber(fact.to) then
  local ended = redis.call('JSON.GET', ARGV[2] .. existing, '$.memory.valid_to')
  ended = ended and cjson.decode(ended)[1]
  if type(ended) == 'number' and ended <= tonumber(ARGV[6]) then existing = nil end
end
if existing then
  if single then hash_key = own_hash(existing) end
  local record = ARGV[2] .. existing
  local current = redis.call('JSON.GET', record, '$.memory.seen_count')
  -- Nothing was done yet: whoever lost this race looks what is there, and acts on that.
  if current and ARGV[11] ~= '' then return redis.call('JSON.GET', record, '$.memory') end
  if current then
    audit('seen', { existing })
    local patch = { seen_count = cjson.decode(current)[1] + 1, last_seen_at = tonumber(ARGV[6]) }
    local expiry = redis.call('PEXPIRETIME', record)
    if expiry > 0 and (ARGV[5] == '' or tonumber(ARGV[5]) > expiry) then
      patch.prolonged_by = 'seen'
      patch.expires_at = ARGV[5] == '' and cjson.null or tonumber(ARGV[5])
      local bytes = usage_total(record)
      usage_leave(existing, bytes, expiry)
      usage_enter(existing, bytes, ARGV[5])
      expire(record)
      expire(hash_key)
      if single then fact_prolong(timeline, ARGV[5], false) end
      version_expire(record, ARGV[5])
    end
    redis.call('JSON.MERGE', record, '$.memory', cjson.encode(patch))
    trust_corroborate(record, { ARGV[13] }, tonumber(ARGV[15]))
    add_sources(record, existing)
    remember_turn(existing)
    return redis.call('JSON.GET', record, '$.memory')
  end
end

if single and plan.full then
  audit('contradictions')
  return 'contradictions'
end
local broken = usage_over(1, usage_json + usage_vectors + (single and plan.bytes or 0))
if broken then
  audit('quota')
  return broken
end
local changed = { ARGV[1], unpack(single and plan.close or {}) }
if ARGV[11] ~= '' then table.insert(changed, ARGV[11]) end
audit('created', changed)
if single then hash_key = own_hash(ARGV[1]) end
usage_enter(ARGV[1], usage_json + usage_vectors, ARGV[5])
local seq = redis.call('INCR', KEYS[3])
redis.call('JSON.SET', KEYS[1], '$', ARGV[3] .. string.format('%d', seq) .. ARGV[4])
redis.call('SET', hash_key, ARGV[1])
derive(ARGV[1])
-- Deleted since it was read, or refused in the same batch: its words must not live on here.
if ARGV[8] ~= '' and redis.call('EXISTS', ARGV[2] .. ARGV[8]) == 0 then
  local patch = { follows = cjson.null, preceding = cjson.null, context = cjson.null }
  if ARGV[9] == '1' then patch.embed_at = tonumber(ARGV[6]) end
  redis.call('JSON.MERGE', KEYS[1], '$.index', cjson.encode(patch))
end
local fields = cjson.decode(ARGV[7])
for i = 4, 3 + vectors do
  redis.call('HSET', KEYS[i], 'v', ARGV[i + 14], 'since', ARGV[6], unpack(fields))
end
if ARGV[5] ~= '' then
  expire(KEYS[1])
  expire(hash_key)
  for i = 4, 3 + vectors do expire(KEYS[i]) end
end
remember_turn(ARGV[1])

local compare = usage_others(ARGV[13]) and ARGV[14] == '1' and '*' or ''
if ARGV[14] == '1' and compare == '' then redis.call('JSON.DEL', KEYS[1], '$.index.corroborate_at') end
if fact then fact_names(KEYS[1], fact, seq) end
if not single then return compare ~= '' and compare end
local hash = string.match(hash_key, '[^:]+$')
local vector_keys = {}
for i = 4, 3 + vectors do table.insert(vector_keys, KEYS[i]) end
fact_place(KEYS[1], ARGV[2], ARGV[1], plan, fact, hash, vector_keys, ARGV[5], tonumber(ARGV[6]))
return compare .. '+' .. redis.call('JSON.GET', KEYS[1], '$.memory')
