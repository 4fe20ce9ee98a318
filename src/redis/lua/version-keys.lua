--- @include "lua/clock"
--[[
Put before scripts that follow the versions of a memory. Their keys are made of the record's,
<prefix>:rec:{<namespace>}:<id>, as src/redis/keys.ts makes them.
]]
local version_last = {}

local function version_keys(record)
  -- Asked several times for each of many versions.
  if version_last.record == record then return version_last.old, version_last.vector end
  local prefix, memory = string.match(record, '^(.-):rec:(.+)$')
  local function old(version) return prefix .. ':old:' .. memory .. ':' .. version end
  local function vector(model, passage, version)
    return prefix .. ':vec:' .. model .. ':' .. memory .. ':' .. passage .. (version and ':' .. version or '')
  end
  version_last = { record = record, old = old, vector = vector }
  return old, vector
end

--[[
The old versions that are kept, the newest first: their numbers and keys. From `latest`, the record's number, on: there may
be gaps, because a retention that was set later ends newer versions before older ones. Further back than VERSION_MOST
there are only those that earlier releases left, without a gap, until the next version.
]]
local VERSION_MOST = 1000

local function version_each(record, latest)
  local old, version = version_keys(record), latest
  return function()
    while version > 1 do
      version = version - 1
      local key = old(version)
      if redis.call('EXISTS', key) == 1 then return version, key end
      if version < latest - VERSION_MOST then return nil end
    end
  end
end

-- The number of a record's current version, 0 if there is no record.
local function version_latest(record)
  local current = redis.call('JSON.GET', record, '$.memory.version')
  return current and cjson.decode(current)[1] or 0
end

-- The record of a document, and the number of the version if it is an old one.
local function version_of(document)
  local prefix, memory, version = string.match(document, '^(.-):old:(.+):(%d+)$')
  if not prefix then return document end
  return prefix .. ':rec:' .. memory, version
end

-- The sets of a document's vectors, the record's or those of one of its old versions: {own, also}, each {model, passages}
-- or false. `also` are those of another model, while the store changes from one to the other. Then until when an old
-- version is kept, milliseconds since the epoch; nil for as long as its memory.
local function version_sets(record, version)
  local paths = { '$.memory.embedding.model', '$.index.passages', '$.index.also', '$.index.kept_until' }
  local old = version_keys(record)
  local found = redis.call('JSON.GET', version and old(version) or record, unpack(paths))
  found = found and cjson.decode(found) or {}
  local model, also = (found[paths[1]] or {})[1], (found[paths[3]] or {})[1]
  return {
    type(model) == 'string' and { model = model, passages = found[paths[2]][1] },
    type(also) == 'table' and also,
    tonumber((found[paths[4]] or {})[1]),
  }
end

local function version_keys_of(record, version, set)
  local _, vector = version_keys(record)
  local keys = {}
  for passage = 0, set and set.passages - 1 or -1 do table.insert(keys, vector(set.model, passage, version)) end
  return keys
end

-- The vectors of a document in all its sets, in the same order for a record and for an old version made of it.
local function version_vectors(record, version)
  local sets = version_sets(record, version)
  local keys = version_keys_of(record, version, sets[1])
  for _, key in ipairs(version_keys_of(record, version, sets[2])) do table.insert(keys, key) end
  return keys
end

-- Every key of a memory besides the record itself: its vectors, and its old versions with theirs.
local function version_all(record)
  local keys = version_vectors(record)
  for version, kept in version_each(record, version_latest(record)) do
    for _, key in ipairs(version_vectors(record, version)) do table.insert(keys, key) end
    table.insert(keys, kept)
  end
  return keys
end

-- The key of the document that was current at `at`: the record, or one of its old versions. If there is none: nil, and
-- whether it has ended. Versions whose time is still to come were written before Redis's clock was put back: they follow
-- the newest one whose time has come.
local function version_at(record, at)
  local current = redis.call('JSON.GET', record, '$.memory.version', '$.memory.updated_at')
  if not current then return nil end
  current = cjson.decode(current)
  if current['$.memory.updated_at'][1] <= at then return record end
  local ahead, after = current['$.memory.updated_at'][1] > now, current['$.memory.version'][1]
  for version, key in version_each(record, after) do
    local found = cjson.decode(redis.call('JSON.GET', key, '$.memory.updated_at', '$.index.until'))
    local since, ended = found['$.memory.updated_at'][1], found['$.index.until'][1]
    -- Those between this one and the next have ended.
    if since <= at and version < after - 1 and ended <= at then return nil, true end
    if since <= at then return ahead and record or key end
    ahead, after = ahead and since > now, version
  end
  local recorded = redis.call('JSON.GET', record, '$.memory.recorded_at')
  return nil, after > 1 and cjson.decode(recorded)[1] <= at
end
