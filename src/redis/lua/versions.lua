--[[
Put before scripts that make, follow or take away the versions of a memory. Their keys are made of the record's,
<prefix>:rec:{<namespace>}:<id>, as src/redis/keys.ts makes them.
]]
local function version_keys(record)
  local prefix, memory = string.match(record, '^(.-):rec:(.+)$')
  local function old(version) return prefix .. ':old:' .. memory .. ':' .. version end
  local function vector(model, passage, version)
    return prefix .. ':vec:' .. model .. ':' .. memory .. ':' .. passage .. (version and ':' .. version or '')
  end
  return old, vector
end

-- The vectors of a document: the record's, or those of one of its old versions.
local function version_vectors(record, version)
  local old, vector = version_keys(record)
  local found = redis.call('JSON.GET', version and old(version) or record, '$.memory.embedding.model', '$.index.passages')
  found = found and cjson.decode(found) or {}
  local model = (found['$.memory.embedding.model'] or {})[1]
  local keys = {}
  for passage = 0, type(model) == 'string' and found['$.index.passages'][1] - 1 or -1 do
    table.insert(keys, vector(model, passage, version))
  end
  return keys
end

-- Every key that belongs to a memory beside the record itself: its vectors, and its old versions with theirs.
local function version_all(record)
  local old = version_keys(record)
  local keys = version_vectors(record)
  local current = redis.call('JSON.GET', record, '$.memory.version')
  for version = current and cjson.decode(current)[1] - 1 or 0, 1, -1 do
    if redis.call('EXISTS', old(version)) == 0 then break end
    for _, key in ipairs(version_vectors(record, version)) do table.insert(keys, key) end
    table.insert(keys, old(version))
  end
  return keys
end

--[[
Keeps the record as it is now as an old version that ended at `at`, with its vectors: copied if they stay, else moved.
Facets of where it lies and its namespace get other names, by which only who asks for the past finds it. What others
lent it, and what is still to be done with it, stays with the record.
]]
local function version_keep(record, at, vectors_stay)
  local old, vector = version_keys(record)
  local paths = { '$.memory.version', '$.memory.embedding.model', '$.index.ns', '$.index.facets' }
  local current = cjson.decode(redis.call('JSON.GET', record, unpack(paths)))
  local version, ns, facets = current['$.memory.version'][1], current['$.index.ns'][1] .. '~', {}
  for _, facet in ipairs(current['$.index.facets'][1]) do table.insert(facets, (string.gsub(facet, '^n', 'o'))) end

  local kept = old(version)
  redis.call('COPY', record, kept)
  redis.call('JSON.DEL', kept, '$.raw')
  for _, path in ipairs({ '$.published', '$.voices', '$.unsent' }) do redis.call('JSON.DEL', kept, path) end
  local none = cjson.null
  local index = { ns = ns, facets = facets, follows = none, preceding = none, context = none, turn = none, embed_at = none, publish_at = none, feedback_at = none, corroborate_at = none }
  index['until'] = at
  redis.call('JSON.MERGE', kept, '$', cjson.encode({ memory = { superseded_at = at }, index = index }))
  for passage, key in ipairs(version_vectors(record)) do
    local target = vector(current['$.memory.embedding.model'][1], passage - 1, version)
    if redis.call('EXISTS', key) == 1 then
      redis.call(vectors_stay and 'COPY' or 'RENAME', key, target)
      redis.call('HSET', target, 'ns', ns, 'facets', table.concat(facets, ','), 'until', string.format('%d', at))
    end
  end
end

-- The key of the document that held at `at`: the record, or one of its old versions; nil if there was none.
local function version_at(record, at)
  local current = redis.call('JSON.GET', record, '$.memory.version', '$.memory.updated_at')
  if not current then return nil end
  current = cjson.decode(current)
  if current['$.memory.updated_at'][1] <= at then return record end
  local old = version_keys(record)
  for version = current['$.memory.version'][1] - 1, 1, -1 do
    local since = redis.call('JSON.GET', old(version), '$.memory.updated_at')
    if not since then return nil end
    if cjson.decode(since)[1] <= at then return old(version) end
  end
  return nil
end
