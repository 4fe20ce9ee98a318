--- @include "lua/version-keys"
--[[
Put before scripts that read a memory whole for an export: the record, its old versions and the vectors of both, as they are at one
moment.
]]
local function dump_vectors(record, version)
  local found = {}
  for _, key in ipairs(version_keys_of(record, version, version_sets(record, version)[1])) do
    local vector = redis.call('HGET', key, 'v')
    -- One that is missing would leave the others at the wrong passages: then there is none.
    if not vector then return {} end
    table.insert(found, vector)
  end
  return found
end

local function dump_is_dispute(record, id)
  local place = redis.call('JSON.GET', record, '$.index.timeline')
  place = place and cjson.decode(place)[1]
  if type(place) ~= 'string' then return false end
  local prefix, tag = string.match(record, '^(.-):rec:({.-}):')
  return redis.call('ZSCORE', prefix .. ':timeline:' .. tag .. ':' .. place .. ':disputes', id) and true or false
end

--[[
Since when a memory is as it is: its last version, sighting, judgement, corroboration, release, publication, import or use. `uses` is
what the namespace's uses hold of it, or false.
]]
local function dump_changed(record, uses)
  local paths = { '$.memory.updated_at', '$.memory.last_seen_at', '$.memory.superseded_at', '$.memory.evidence.last_at', '$.index.changed_at' }
  local found = cjson.decode(redis.call('JSON.GET', record, unpack(paths)))
  local latest = tonumber(uses and string.match(uses, ' (%d+)$') or 0)
  for _, path in ipairs(paths) do
    local value = (found[path] or {})[1]
    if type(value) == 'number' and value > latest then latest = value end
  end
  return latest
end

--[[
{record, uses, '1' if it is a dispute, {old versions, the newest first}, {vectors}, {{vectors of an old version}, ...}}; false if it
is gone or hasn't changed since `since`, milliseconds, 0 for any time.
]]
local function dump_memory(record, id, uses_key, with_vectors, since)
  local json = redis.call('JSON.GET', record, '$')
  if not json then return false end
  local uses = redis.call('HGET', uses_key, id)
  if since > 0 and dump_changed(record, uses) < since then return false end
  local versions, vectors = {}, {}
  for version, kept in version_each(record, version_latest(record)) do
    table.insert(versions, redis.call('JSON.GET', kept, '$'))
    table.insert(vectors, with_vectors and dump_vectors(record, version) or {})
  end
  return { json, uses or '', dump_is_dispute(record, id) and '1' or '', versions, with_vectors and dump_vectors(record) or {}, vectors }
end
