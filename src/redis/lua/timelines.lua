--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/usage"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--[[
Put before scripts that write, revise or remove facts: keeps apart when the facts of
one subject and a predicate of cardinality one hold.

Such facts have a timeline, a sorted set of their ids by valid_from. A fact ends where the next one begins, or before,
where its writer says so (index.stated_to). Its key, and those of the names, are made of a record's, as src/redis/keys.ts
makes them. Members whose records have expired are dropped when a script meets them.

A fact ends another one only if it stands at least as well: fact.standing is its own, fact.rivals those of others, by id. One
that doesn't is a dispute: it and those that it would have ended name each other, and it isn't on the timeline but on a sorted set beside it,
so that it bounds no other; the next fact that stands as well ends it too. index.demoted names the fact that took another one off
the timeline.

A time is a number in here and text in a command: cjson would round what lies beyond the year 5138.
]]
local function fact_keys(record)
  local prefix, tag = string.match(record, '^(.-):rec:({.-}):')
  return prefix .. ':timeline:' .. tag .. ':', prefix .. ':entities:' .. tag, prefix .. ':entity-names:' .. tag
end

local function fact_of(record)
  local found = cjson.decode(redis.call('JSON.GET', record, '$.memory.valid_to', '$.index.stated_to', '$.index.object'))
  return { to = tonumber(found['$.memory.valid_to'][1]), stated = tonumber(found['$.index.stated_to'][1]), object = found['$.index.object'][1] }
end

-- Ids of the facts that begin at this time.
local function fact_at(timeline, records, from)
  local alive = {}
  for _, id in ipairs(redis.call('ZRANGE', timeline, int(from), int(from), 'BYSCORE')) do
    if redis.call('EXISTS', records .. id) == 1 then table.insert(alive, id) else redis.call('ZREM', timeline, id) end
  end
  return alive
end

-- The nearest time after (or before) this one at which a fact begins, but for those in a set of ids; nil if there is none.
local function fact_beside(timeline, records, from, after, but)
  local skipped = 0
  while true do
    local found
    if after then
      found = redis.call('ZRANGE', timeline, '(' .. int(from), '+inf', 'BYSCORE', 'LIMIT', skipped, 1, 'WITHSCORES')
    else
      found = redis.call('ZRANGE', timeline, '(' .. int(from), '-inf', 'BYSCORE', 'REV', 'LIMIT', skipped, 1, 'WITHSCORES')
    end
    if not found[1] then return nil end
    if but and but[found[1]] then
      skipped = skipped + 1
    elseif redis.call('EXISTS', records .. found[1]) == 1 then
      return tonumber(found[2])
    else
      redis.call('ZREM', timeline, found[1])
    end
  end
end

local function fact_sooner(one, other)
  if one and other then return math.min(one, other) end
  return one or other
end

-- A fact's standing by its own record, if it hasn't been judged yet: it was written in this very moment.
local function fact_limit(record)
  local found = cjson.decode(redis.call('JSON.GET', record, '$.memory.trust_score', '$.memory.source_trust'))
  local score, source = found['$.memory.trust_score'][1], found['$.memory.source_trust'][1]
  return math.min(tonumber(score) or 1, tonumber(source) or 1)
end

-- Whether a new fact's standing is at least that of another one.
local function fact_stands(fact, records, id)
  local rival = fact.rivals and fact.rivals[id]
  if rival then return fact.standing >= rival end
  return (fact.limit or 1) >= fact_limit(records .. id)
end

-- Whether the writer may know the other fact: it is the writer's own, or the writer may read.
local function fact_known(fact, record)
  return not fact.by or cjson.decode(redis.call('JSON.GET', record, '$.memory.source_agent'))[1] == fact.by
end

-- Facts that contradict each other are all closed by the next one: hence a bound.
local FACT_CONTRADICTIONS = 64
-- After a timeline's key: facts that dispute it, by when they begin.
local FACT_DISPUTES = ':disputes'

-- Facts without a date that were told while Redis's clock was ahead, by when they begin: a time that is still to come,
-- though they were told before now. A new fact without a date comes after them.
local function fact_ahead(timeline, records, fact)
  local ahead = {}
  if fact.dated then return ahead end
  local later = int(now + VERSION_STEP_MS)
  local found = redis.call('ZRANGE', timeline, later, '+inf', 'BYSCORE', 'LIMIT', 0, FACT_CONTRADICTIONS, 'WITHSCORES')
  for i = 1, #found, 2 do
    local id, from = found[i], tonumber(found[i + 1])
    local recorded = redis.call('JSON.GET', records .. id, '$.memory.recorded_at')
    recorded = recorded and cjson.decode(recorded)[1]
    if recorded and math.abs(from - recorded) <= VERSION_STEP_MS and fact_stands(fact, records, id) then ahead[id] = from end
  end
  return ahead
end

--[[
Where a new fact goes: { seen = id } if it is there already; { full = true } if too many contradict it; else from and to,
the ids it closes, those that contradict it, those that never held, and the bytes of the versions that closing keeps.
]]
local function fact_plan(timeline, records, fact)
  local from, to = fact.from, tonumber(fact.to)
  local beside = fact_at(timeline, records, from)
  -- Without a given start, it begins after the facts that were recorded in the same millisecond.
  while not fact.dated and #beside > 0 and not (to and from + 1 >= to) do
    from = from + 1
    beside = fact_at(timeline, records, from)
  end
  local others = {}
  for _, id in ipairs(beside) do
    if fact_of(records .. id).object ~= fact.object then
      table.insert(others, id)
    elseif fact_known(fact, records .. id) then
      return { seen = id }
    end
  end
  beside = others
  if #beside >= FACT_CONTRADICTIONS then return { full = true } end

  local disputes = timeline .. FACT_DISPUTES
  local close, bytes, same = {}, 0, nil
  local disputed = {}
  local function closes(id)
    local json, vectors = usage_of(records .. id)
    bytes = bytes + json + vectors
    table.insert(close, id)
  end
  local before = fact_beside(timeline, records, from, false)
  for _, id in ipairs(before and fact_at(timeline, records, before) or {}) do
    local other = fact_of(records .. id)
    if not other.to or other.to > from then
      if other.object == fact.object and fact_known(fact, records .. id) then same = id end
      if other.object == fact.object or fact_stands(fact, records, id) then closes(id) else table.insert(disputed, id) end
    end
  end
  -- If several contradict each other, repeating one of them later decides.
  if same and #close == 1 and #beside == 0 and #disputed == 0 then return { seen = same } end
  if #disputed > 0 then close, bytes = {}, 0 end
  for _, id in ipairs(redis.call('ZRANGE', disputes, 0, FACT_CONTRADICTIONS - 1)) do
    if redis.call('EXISTS', records .. id) == 0 then
      redis.call('ZREM', disputes, id)
    else
      local other = fact_of(records .. id)
      local began = tonumber(redis.call('ZSCORE', disputes, id))
      if began <= from and (not other.to or other.to > from) then
        if #disputed > 0 then
          if other.object == fact.object and fact_known(fact, records .. id) then return { seen = id } end
        elseif fact_stands(fact, records, id) then
          closes(id)
        end
      end
    end
  end
  if #disputed > 0 and redis.call('ZCARD', disputes) >= FACT_CONTRADICTIONS then return { full = true } end
  -- One that stands less well doesn't bound it either.
  local demote = {}
  local ahead = #disputed > 0 and {} or fact_ahead(timeline, records, fact)
  for id in pairs(ahead) do
    local json, vectors = usage_of(records .. id)
    bytes = bytes + json + vectors
  end
  local after = fact_beside(timeline, records, from, true, ahead)
  while after and #disputed == 0 and #demote < FACT_CONTRADICTIONS and not (to and after >= to) do
    local here, weaker = fact_at(timeline, records, after), true
    for _, id in ipairs(here) do
      local rival = fact.rivals and fact.rivals[id]
      weaker = weaker and rival ~= nil and rival < fact.standing
    end
    if not weaker then break end
    for _, id in ipairs(here) do table.insert(demote, id) end
    after = fact_beside(timeline, records, after, true, ahead)
  end
  for _, id in ipairs(disputed) do table.insert(beside, id) end
  return {
    from = from, to = fact_sooner(to, after), close = close, contradicts = beside, bytes = bytes,
    dispute = #disputed > 0, demote = demote, ahead = ahead,
  }
end

-- Gives a fact another end (nil: none), as a new version of it.
local function fact_end(record, id, to, at)
  local current = cjson.decode(redis.call('JSON.GET', record, '$.memory.version', '$.memory.updated_at', '$.published'))
  local since = version_since(record, at, current['$.memory.updated_at'][1])
  local json, vectors, versions = usage_of(record)
  local ends = redis.call('PEXPIRETIME', record)
  local kept = versions + json + vectors
  usage_leave(id, kept, ends)
  kept = math.max(0, kept - version_keep(record, since, true))
  usage_enter(id, kept + json + vectors, ends)
  local valid_to = to and int(to) or 'null'
  local memory = string.format('{"version":%d,"updated_at":%d,"valid_to":%s}', current['$.memory.version'][1] + 1, since, valid_to)
  local published = next(current['$.published'][1] or {}) and ',"publish_at":' .. int(now) or ''
  local index = string.format('{"since":%d,"valid_to":%s,"version_bytes":%d%s}', since, valid_to, kept, published)
  redis.call('JSON.MERGE', record, '$', '{"memory":' .. memory .. ',"index":' .. index .. '}')
  vector_follow(record)
end

-- A timeline lives as long as the longest of its facts.
local function fact_prolong(place, expiry, fresh)
  if expiry == '' then
    redis.call('PERSIST', place)
  elseif fresh then
    redis.call('PEXPIREAT', place, expiry)
  else
    redis.call('PEXPIREAT', place, expiry, 'GT')
  end
end

-- Wherever on it the fact is that lives longer.
local function fact_prolong_both(timeline, expiry)
  fact_prolong(timeline, expiry, false)
  fact_prolong(timeline .. FACT_DISPUTES, expiry, false)
end

-- Puts a fact on a timeline, or among its disputes.
local function fact_file(place, id, from, expiry)
  local fresh = redis.call('EXISTS', place) == 0
  redis.call('ZADD', place, from, id)
  fact_prolong(place, expiry, fresh)
end

-- Of a fact that moves between the two: it keeps its end.
local function fact_move(record, id, source, target)
  local from = redis.call('ZSCORE', source, id)
  local ends = redis.call('PEXPIRETIME', record)
  redis.call('ZREM', source, id)
  fact_file(target, id, from, ends > 0 and int(ends) or '')
end

-- Puts a fact that was just stored where fact_plan says; its vectors are written after that.
local function fact_place(record, records, id, plan, fact, hash, expiry, at)
  local timeline = fact_keys(record) .. fact.timeline
  for _, other in ipairs(plan.close) do fact_end(records .. other, other, plan.from, at) end
  -- Off the timeline, they don't hide from later facts what they must close.
  for other, from in pairs(plan.ahead) do
    fact_end(records .. other, other, from, at)
    redis.call('ZREM', timeline, other)
  end
  local quoted = {}
  for _, other in ipairs(plan.demote) do
    fact_move(records .. other, other, timeline, timeline .. FACT_DISPUTES)
    redis.call('JSON.SET', records .. other, '$.index.demoted', '"' .. id .. '"')
    table.insert(plan.contradicts, other)
  end
  for _, other in ipairs(plan.contradicts) do
    table.insert(quoted, '"' .. other .. '"')
    redis.call('JSON.ARRAPPEND', records .. other, '$.memory.fact.contradicts', '"' .. id .. '"')
  end
  local validity = '"valid_from":' .. int(plan.from) .. (plan.to and ',"valid_to":' .. int(plan.to) or '')
  local stated = tonumber(fact.to) and ',"stated_to":' .. int(fact.to) or ''
  redis.call('JSON.MERGE', record, '$', '{"memory":{' .. validity
    .. ',"fact":{"cardinality":"one","contradicts":[' .. table.concat(quoted, ',') .. ']}},"index":{' .. validity .. stated
    .. ',"timeline":"' .. fact.timeline .. '","object":"' .. fact.object .. '","hash":"' .. hash .. '"}}')
  fact_file(plan.dispute and timeline .. FACT_DISPUTES or timeline, id, int(plan.from), expiry)
end

-- Takes the id of a fact that is gone from what these contradict.
local function fact_forget(records, others, id)
  for _, other in ipairs(others) do
    local place = redis.call('JSON.ARRINDEX', records .. other, '$.memory.fact.contradicts', '"' .. id .. '"')[1]
    if place and place >= 0 then redis.call('JSON.ARRPOP', records .. other, '$.memory.fact.contradicts', place) end
  end
end

-- Takes a fact that was just removed off its timeline, as if it had never been written: what it had demoted is on the
-- timeline again, and what it had closed holds again, until the next one or its own end.
local function fact_leave(timeline, records, id, at)
  local disputes = timeline .. FACT_DISPUTES
  local from, disputing = tonumber(redis.call('ZSCORE', timeline, id) or nil), redis.call('ZSCORE', disputes, id)
  redis.call('ZREM', timeline, id)
  redis.call('ZREM', disputes, id)
  local disputed, restored = {}, false
  for _, other in ipairs(redis.call('ZRANGE', disputes, 0, -1)) do
    if redis.call('EXISTS', records .. other) == 1 then table.insert(disputed, other) else redis.call('ZREM', disputes, other) end
  end
  fact_forget(records, disputed, id)
  if not from then
    local before = disputing and fact_beside(timeline, records, tonumber(disputing) + 1, false)
    fact_forget(records, before and fact_at(timeline, records, before) or {}, id)
    return
  end
  for _, other in ipairs(disputed) do
    if redis.call('JSON.GET', records .. other, '$.index.demoted') == '["' .. id .. '"]' then
      redis.call('JSON.DEL', records .. other, '$.index.demoted')
      fact_move(records .. other, other, disputes, timeline)
      restored = true
    end
  end
  local beside = fact_at(timeline, records, from)
  fact_forget(records, beside, id)
  local before, after = fact_beside(timeline, records, from, false), fact_beside(timeline, records, from, true)
  if #beside > 0 then
    for _, other in ipairs(restored and beside or {}) do
      local fact = fact_of(records .. other)
      if not fact.to or fact.to > after then fact_end(records .. other, other, after, at) end
    end
    return
  end
  local closed = before and fact_at(timeline, records, before) or {}
  for _, other in ipairs(disputed) do table.insert(closed, other) end
  for _, other in ipairs(closed) do
    local fact = fact_of(records .. other)
    local to = fact_sooner(fact.stated, after)
    if fact.to == from and to ~= from then fact_end(records .. other, other, to, at) end
  end
end

-- Makes the names of a fact known. Each carries the sequence number of the last fact that named it: see prune-entity.lua.
local function fact_names(record, fact, seq)
  local _, entities, names = fact_keys(record)
  for _, name in ipairs(fact.names) do
    local known = redis.call('HGET', entities, name[1])
    redis.call('HSET', entities, name[1], int(seq) .. ':' .. (known and string.match(known, '^%d+:(.*)$') or name[2]))
    redis.call('ZADD', names, 0, name[1])
  end
end
