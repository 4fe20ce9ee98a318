--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/vector-fields"
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
ARGV[7]  id of the memory that lends this one its context, or ''
ARGV[8]  '1' if the vectors hold that context, else '0'
ARGV[9]  milliseconds that a session's last turn is remembered
ARGV[10] the item's key, or ''; KEYS[2] is then by it, not by the content
ARGV[11] '' or a fact, as JSON: names, two pairs of a name as it is compared and as it was written; own, whether it was
         written here; and of an own one cardinality ('one', 'many', or left out), setting, the name of the setting that
         says so else, timeline, the timeline's place, object, its facet, dated, whether valid_from was given, from, to
ARGV[12] the agent that writes
ARGV[13] '1' if it is to be compared with what other agents wrote here
ARGV[14] how many agents are noted of a memory that said the same
ARGV[15] ids and versions of what it was derived from, <id>:<version> with spaces between them
ARGV[16] the hash that an older release would have given it, or ''
ARGV[17+] one vector per hash in KEYS[4+]

Returns {DONE, compare, memory}: it was stored; compare is '1' if it is to be compared, else ''; memory is itself as JSON
if a timeline had a say in it, else ''. {SEEN, the other memory as JSON ('[{...}]')}; {QUOTA, the one that it would break};
{CONTRADICTIONS} if there are too many; {OLDER, id} if that is the record of an older schema that may be the same memory:
then nothing was done.
]]
local id, records, document_head, document_tail, ends, at = unpack(ARGV, 1, 6)
local lender, with_context, turn_ms, item_key, fact_json = unpack(ARGV, 7, 11)
local agent, compares, most_agents, sources, former_hash = unpack(ARGV, 12, 16)
local vectors = #ARGV - 16
local turn = KEYS[4 + vectors]

local function remember_turn(last)
  if not turn then return end
  redis.call('SET', turn, last, 'PX', turn_ms)
  if ends ~= '' then redis.call('PEXPIREAT', turn, ends, 'LT') end
end

local function expire(key)
  if ends == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, ends) end
end

-- Notes on what it was derived from that something was, the latest few: who takes that back wants to know.
local function derive(as)
  for source in string.gmatch(sources, '(%w+):%d+') do
    local record, quoted = records .. source, '"' .. as .. '"'
    if redis.call('EXISTS', record) == 1 then
      local count = redis.call('JSON.ARRAPPEND', record, '$.derived', quoted)[1]
      if not count then redis.call('JSON.SET', record, '$.derived', '[' .. quoted .. ']') end
      if count and count > 64 then redis.call('JSON.ARRPOP', record, '$.derived', 0) end
    end
  end
end

-- A derived memory that is made again has more sources. One that a caller writes needs none.
local function add_sources(record, memory)
  local found = cjson.decode(redis.call('JSON.GET', record, '$.memory.derived_from'))[1]
  if not found then return end
  if sources == '' then
    redis.call('JSON.SET', record, '$.index.told', 'true')
    return
  end
  local known = {}
  for _, source in ipairs(found) do known[source.id] = true end
  local count = #found
  for source, version in string.gmatch(sources, '(%w+):(%d+)') do
    if not known[source] and count < 64 then
      redis.call('JSON.ARRAPPEND', record, '$.memory.derived_from', '{"id":"' .. source .. '","version":' .. version .. '}')
      count = count + 1
    end
  end
  derive(memory)
end

local fact = fact_json ~= '' and cjson.decode(fact_json)
local single = fact and fact.own and (fact.cardinality or redis.call('HGET', usage_settings, fact.setting)) == 'one'
local timeline = single and fact_keys(KEYS[1]) .. fact.timeline
-- A write-only caller learns of its own facts only.
if single and usage_blind then fact.by = agent end
local plan = single and fact_plan(timeline, records, fact)
local hash_key = KEYS[2]
-- Its timeline decides whether the fact is a repetition, so its hash is unique.
local function own_hash(memory) return hash_key .. '.' .. memory end

local existing
if single then existing = plan.seen else existing = redis.call('GET', hash_key) end
if not single and not existing and former_hash ~= '' then
  local former = redis.call('GET', string.match(hash_key, '^(.*:)') .. former_hash)
  local found = former and redis.call('JSON.GET', records .. former, '$.index.schema', '$.index.hash')
  found = found and cjson.decode(found)
  -- From schema 3 on, the scope is part of a record's identity.
  if found and (found['$.index.schema'][1] or 1) < 3 then return { CODE.OLDER, former } end
  -- Upgraded, and still known by that alone: a fact whose end was changed.
  if found and found['$.index.hash'][1] == former_hash then existing = former end
end
-- The memory that says the same may itself have been merged since.
for _ = 1, 16 do
  local by = existing and redis.call('JSON.GET', records .. existing, '$.memory.superseded_by')
  by = by and cjson.decode(by)[1]
  if type(by) ~= 'string' or redis.call('EXISTS', records .. by) == 0 then break end
  existing = by
end
-- Repeated without a date after it ended: starts a new validity period.
if existing and fact and fact.own and not single and not fact.dated and not tonumber(fact.to) then
  local ended = redis.call('JSON.GET', records .. existing, '$.memory.valid_to')
  ended = ended and cjson.decode(ended)[1]
  if type(ended) == 'number' and ended <= tonumber(at) then existing = nil end
end
if existing then
  if single then hash_key = own_hash(existing) end
  local record = records .. existing
  local current = redis.call('JSON.GET', record, '$.memory.seen_count')
  -- Nothing was done yet: the loser of this race reads what is there, and acts on that.
  if current and item_key ~= '' then return { CODE.SEEN, redis.call('JSON.GET', record, '$.memory') } end
  if current then
    audit('seen', { existing })
    local patch = { seen_count = cjson.decode(current)[1] + 1, last_seen_at = tonumber(at) }
    local expiry = redis.call('PEXPIRETIME', record)
    if expiry > 0 and (ends == '' or tonumber(ends) > expiry) then
      patch.prolonged_by = 'seen'
      patch.expires_at = ends == '' and cjson.null or tonumber(ends)
      local bytes = usage_total(record)
      usage_leave(existing, bytes, expiry)
      usage_enter(existing, bytes, ends)
      expire(record)
      expire(hash_key)
      if single then fact_prolong_both(timeline, ends) end
      version_expire(record, ends)
    end
    redis.call('JSON.MERGE', record, '$.memory', cjson.encode(patch))
    trust_corroborate(record, { agent }, tonumber(most_agents))
    add_sources(record, existing)
    remember_turn(existing)
    if audit_operation ~= '' then
      local version = cjson.decode(redis.call('JSON.GET', record, '$.memory.version'))[1]
      audit_note('seen ' .. existing .. ' ' .. string.format('%d', version))
    end
    return { CODE.SEEN, redis.call('JSON.GET', record, '$.memory') }
  end
end

if single and plan.full then
  audit('contradictions')
  return { CODE.CONTRADICTIONS }
end
local broken = usage_over(1, usage_json + usage_vectors + (single and plan.bytes or 0))
if broken then
  audit('quota')
  return { CODE.QUOTA, broken }
end
local changed = { id, unpack(single and plan.close or {}) }
if item_key ~= '' then table.insert(changed, item_key) end
audit('created', changed)
if single then hash_key = own_hash(id) end
usage_enter(id, usage_json + usage_vectors, ends)
local seq = redis.call('INCR', KEYS[3])
redis.call('JSON.SET', KEYS[1], '$', document_head .. string.format('%d', seq) .. document_tail)
redis.call('SET', hash_key, id)
derive(id)
-- Deleted since it was read, or refused in the same batch: its words must not live on here.
if lender ~= '' and redis.call('EXISTS', records .. lender) == 0 then
  local patch = { follows = cjson.null, preceding = cjson.null, context = cjson.null }
  if with_context == '1' then patch.embed_at = tonumber(at) end
  redis.call('JSON.MERGE', KEYS[1], '$.index', cjson.encode(patch))
end
if ends ~= '' then
  expire(KEYS[1])
  expire(hash_key)
end
remember_turn(id)

local compare = usage_others(agent) and compares == '1' and '1' or ''
if compares == '1' and compare == '' then redis.call('JSON.DEL', KEYS[1], '$.index.corroborate_at') end
if fact then fact_names(KEYS[1], fact, seq) end
if single then fact_place(KEYS[1], records, id, plan, fact, string.match(hash_key, '[^:]+$'), ends, tonumber(at)) end
local vector_keys = { unpack(KEYS, 4, 3 + vectors) }
vector_write(KEYS[1], vector_keys, 1, ARGV, 17)
if ends ~= '' then
  for _, key in ipairs(vector_keys) do expire(key) end
end
audit_note('created ' .. id .. ' 1')
return { CODE.DONE, compare, single and redis.call('JSON.GET', KEYS[1], '$.memory') or '' }
