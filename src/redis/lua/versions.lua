--- @include "lua/clock"
--- @include "lua/usage"
--- @include "lua/facets"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--[[
Put before scripts that make or take away the versions of a memory, and count them.
]]
local function version_member(record, version, bytes)
  return string.match(record, '[^:]+$') .. ':' .. version .. ':' .. string.format('%d', bytes)
end

-- Deletes an old version with its vectors, and returns its bytes.
local function version_drop(record, version, kept)
  local json, vectors = usage_of(kept)
  redis.call('ZREM', usage_versions, version_member(record, version, json + vectors))
  for _, key in ipairs(version_vectors(record, version)) do redis.call('DEL', key) end
  redis.call('DEL', kept)
  return json + vectors
end

--[[
Keeps the record as it is now as an old version that ended at `at`, with its vectors: copied if they stay, else moved.
Facets of where it lies and its namespace get other names, by which only who asks for the past finds it. What others
lent it, and what is still to be done with it, stays with the record. A leftover under the version's keys gives way.
The version that is VERSION_MOST before it goes, with any before that one.

Returns the bytes of what goes.
]]
local function version_keep(record, at, vectors_stay)
  local json, vectors = usage_of(record)
  local old = version_keys(record)
  local paths = { '$.memory.version', '$.index.ns', '$.index.facets' }
  local current = cjson.decode(redis.call('JSON.GET', record, unpack(paths)))
  local version, ns = current['$.memory.version'][1], current['$.index.ns'][1] .. '~'
  local facets = facets_hidden(current['$.index.facets'][1])

  local kept = old(version)
  redis.call('COPY', record, kept, 'REPLACE')
  redis.call('JSON.DEL', kept, '$.raw')
  for _, path in ipairs({ '$.published', '$.voices', '$.unsent', '$.derived' }) do redis.call('JSON.DEL', kept, path) end
  local none = cjson.null
  local seconds = tonumber(redis.call('HGET', usage_settings, 'retention_versions_seconds') or nil)
  local keep = seconds and seconds * 1000 or usage_version_ms
  local ends = keep and at + keep
  local index = { ns = ns, facets = facets, follows = none, preceding = none, context = none, turn = none, embed_at = none, publish_at = none, feedback_at = none, corroborate_at = none }
  index['until'] = at
  index.kept_until = ends or none
  redis.call('JSON.MERGE', kept, '$', cjson.encode({ memory = { superseded_at = at }, index = index }))
  local targets = version_vectors(record, version)
  for i, key in ipairs(version_vectors(record)) do
    local target = targets[i]
    if redis.call('EXISTS', key) == 1 then
      if vectors_stay then redis.call('COPY', key, target, 'REPLACE') else redis.call('RENAME', key, target) end
      if ends then redis.call('PEXPIREAT', target, string.format('%d', ends), 'LT') end
    end
  end
  vector_follow(record, version)
  if ends then
    redis.call('PEXPIREAT', kept, string.format('%d', ends), 'LT')
    redis.call('ZADD', usage_versions, string.format('%d', ends), version_member(record, version, json + vectors))
  end
  local freed = 0
  for gone = version - VERSION_MOST, 1, -1 do
    if redis.call('EXISTS', old(gone)) == 0 then break end
    freed = freed + version_drop(record, gone, old(gone))
  end
  return freed
end

-- Processes measure Redis's clock, so their times differ by a few milliseconds. More than this: it was put back.
local VERSION_STEP_MS = 1000

--[[
Since when the next version of a record holds: `at`, or when the current one was written, which another process may have
measured later. If Redis's clock was put back in between, the versions from after `at` begin and end at `at`, so that
as-of reads from then on find the next one.
]]
local function version_since(record, at, updated)
  if updated - at <= VERSION_STEP_MS then return math.max(at, updated) end
  redis.call('JSON.MERGE', record, '$', cjson.encode({ memory = { updated_at = at }, index = { since = at } }))
  vector_follow(record)
  for version, kept in version_each(record, version_latest(record)) do
    local found = cjson.decode(redis.call('JSON.GET', kept, '$.index.until', '$.memory.updated_at'))
    if found['$.index.until'][1] <= at then break end
    local since = math.min(at, found['$.memory.updated_at'][1])
    local index = { since = since, ['until'] = at }
    redis.call('JSON.MERGE', kept, '$', cjson.encode({ memory = { updated_at = since, superseded_at = at }, index = index }))
    vector_follow(record, version)
  end
  return at
end

local function version_end(key, expiry)
  if expiry == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, expiry) end
end

-- Sets the end ('' for none) of a memory's keys besides the record itself; old versions may end before. The record notes
-- the end that they got.
local function version_expire(record, expiry)
  for _, key in ipairs(version_vectors(record)) do version_end(key, expiry) end
  local latest, any = version_latest(record), false
  for version, kept in version_each(record, latest) do
    local sets = version_sets(record, version)
    local limit, ends = sets[3], expiry
    if limit and (expiry == '' or limit < tonumber(expiry)) then ends = string.format('%d', limit) end
    for i = 1, 2 do
      for _, key in ipairs(version_keys_of(record, version, sets[i])) do version_end(key, ends) end
    end
    version_end(kept, ends)
    any = true
  end
  if any then redis.call('JSON.MERGE', record, '$.index', '{"olds_end":' .. (expiry == '' and 'null' or expiry) .. '}') end
end

--[[
Likewise after a revision, where the memory ended at `ends` before, less than 1 for never. Each old version was made with the
end that the memory had then, so nothing is to do if that stays. It costs time for each version, so old versions may end
before a memory that is prolonged again and again, by a sixteenth of its life.
]]
local function version_prolong(record, expiry, ends)
  local after = tonumber(expiry) or math.huge
  local before = ends > 0 and ends or math.huge
  if after > before and after < math.huge then
    local noted = redis.call('JSON.GET', record, '$.index.olds_end')
    before = tonumber(cjson.decode(noted)[1]) or 0
    if after - before < (after - now) / 16 then before = after end
  end
  if after ~= before then return version_expire(record, expiry) end
  for _, key in ipairs(version_vectors(record)) do version_end(key, expiry) end
end

-- Old versions of a memory that is removed needn't be counted out any more.
local function version_forget(record)
  for version, kept in version_each(record, version_latest(record)) do
    local json, vectors = usage_of(kept)
    redis.call('ZREM', usage_versions, version_member(record, version, json + vectors))
  end
end
