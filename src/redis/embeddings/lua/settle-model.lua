--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/versions"
--[[
Leaves a memory and its old versions the vectors of one model only. A memory that has none of that model waits for them.

KEYS[1] the record

ARGV[1] the model

Returns how many documents had others.
]]
local record, id, model = KEYS[1], string.match(KEYS[1], '[^:]+$'), ARGV[1]
local latest = version_latest(record)
if latest == 0 then return 0 end
local ends, before = redis.call('PEXPIRETIME', record), usage_total(record)
local old = version_keys(record)

local function drop(version, set)
  for _, key in ipairs(version_keys_of(record, version, set)) do redis.call('DEL', key) end
end

-- Returns by how many bytes the document's vectors have grown, or nil if it had no others.
local function settle(version)
  local document = version and old(version) or record
  local own, also = unpack(version_sets(record, version))
  if (not own or own.model == model) and not also then return nil end
  local _, bytes = usage_of(document)
  if own and own.model == model then
    drop(version, also)
    redis.call('JSON.DEL', document, '$.index.also')
    return 0
  end
  drop(version, own)
  local patch = { index = { also = cjson.null } }
  if also and also.model == model then
    local status = also.passages > 0 and 'complete' or 'refused'
    patch.memory = { embedding = { status = status, model = model } }
    patch.index.passages, patch.index.vector_bytes = also.passages, also.bytes
  else
    drop(version, also)
    patch.memory = { embedding = { status = 'pending', model = cjson.null } }
    patch.index.passages, patch.index.vector_bytes = 0, 0
    if not version then patch.index.embed_at = now end
  end
  redis.call('JSON.MERGE', document, '$', cjson.encode(patch))
  return patch.index.vector_bytes - bytes
end

local settled, grown = 0, 0
for version, kept in version_each(record, latest) do
  local json, vectors = usage_of(kept)
  local more = settle(version)
  if more then
    settled = settled + 1
    grown = grown + more
    local member = version_member(record, version, json + vectors)
    local until_at = redis.call('ZSCORE', usage_versions, member)
    if until_at then
      redis.call('ZREM', usage_versions, member)
      redis.call('ZADD', usage_versions, until_at, version_member(record, version, json + vectors + more))
    end
  end
end
local more = settle()
if more then settled = settled + 1 end
if grown ~= 0 then
  local _, _, versions = usage_of(record)
  redis.call('JSON.MERGE', record, '$.index', '{"version_bytes":' .. string.format('%d', math.max(0, versions + grown)) .. '}')
end
local after = usage_total(record)
if after ~= before then
  usage_leave(id, before, ends)
  usage_enter(id, after, ends)
end
return settled
