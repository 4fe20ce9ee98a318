--- @include "lua/version-keys"
--[[
Included by scripts that write vectors, or change what vectors are found by. A vector's hash holds the vector, `v`, and
copies of fields of its document: the registry below is the only list of these. A script changes the document, then has
the hashes follow.
]]
local VECTOR_FIELDS = { 'ns', 'facets', 'time', 'prior', 'since', 'until', 'valid_from', 'valid_to' }

-- As HSET takes it: Lua's own form of a large number loses digits.
local function vector_text(value)
  if type(value) == 'table' then return table.concat(value, ',') end
  if type(value) ~= 'number' then return value end
  return string.format(value % 1 == 0 and '%d' or '%.17g', value)
end

-- What a document's vectors hold of each field, in the registry's order; false: nothing.
local function vector_values(document)
  local paths, values = {}, {}
  for i, name in ipairs(VECTOR_FIELDS) do paths[i] = '$.index.' .. name end
  local found = cjson.decode(redis.call('JSON.GET', document, unpack(paths)))
  for i, path in ipairs(paths) do
    local value = found[path][1]
    values[i] = value ~= nil and value ~= cjson.null and vector_text(value)
  end
  return values
end

-- Writes vectors of a document; their keys and bytes are in two lists, each from its own place on.
local function vector_write(document, keys, from, vectors, at)
  if not keys[from] then return end
  local fields = {}
  for i, value in ipairs(vector_values(document)) do
    if value then
      table.insert(fields, VECTOR_FIELDS[i])
      table.insert(fields, value)
    end
  end
  for i = from, #keys do redis.call('HSET', keys[i], 'v', vectors[at + i - from], unpack(fields)) end
end

-- Has the vectors of a record, or of one of its old versions, follow its document. What holds already isn't written: the
-- index would take the vector out of its graph and put it in again.
local function vector_follow(record, version)
  local keys = version_vectors(record, version)
  if not keys[1] then return end
  local old = version_keys(record)
  local values = vector_values(version and old(version) or record)
  for _, key in ipairs(keys) do
    local held, changed, gone = redis.call('HMGET', key, unpack(VECTOR_FIELDS)), {}, {}
    for i, name in ipairs(VECTOR_FIELDS) do
      local value = values[i]
      if not value and held[i] then table.insert(gone, name) end
      if value and value ~= held[i] and (not held[i] or not tonumber(value) or tonumber(value) ~= tonumber(held[i])) then
        table.insert(changed, name)
        table.insert(changed, value)
      end
    end
    -- Every vector has a namespace: there is none under this key.
    if held[1] then
      if gone[1] then redis.call('HDEL', key, unpack(gone)) end
      if changed[1] then redis.call('HSET', key, unpack(changed)) end
    end
  end
end
