--- @include "lua/usage"
--- @include "lua/facets"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--[[
Included by scripts that take superseded memories out of recall, or bring them back.

A superseded memory stays where it is, with its vectors, and ends when it would have. It has a facet of its own, by
which all but recall skip it: recall finds the superseding memory through it. What is hidden changes its names of
namespace and facets for those of old versions, so that only questions about the past find it. Its identity is free for
others; a memory that says the same takes it.
]]
local function supersede_hash(record, hash)
  return (string.gsub(string.match(record, '^(.*}:)'), ':rec:{', ':hash:{', 1)) .. hash
end

local function supersede_expiry(record, key)
  local ends = redis.call('PEXPIRETIME', record)
  if ends > 0 then redis.call('PEXPIREAT', key, string.format('%d', ends)) end
end

-- A record's version; nil if it is gone or superseded already.
local function supersede_version(record)
  local found = redis.call('JSON.GET', record, '$.memory.version', '$.memory.superseded_at')
  found = found and cjson.decode(found)
  if not found or type(found['$.memory.superseded_at'][1]) == 'number' then return nil end
  return found['$.memory.version'][1]
end

-- `by`: id of the memory that supersedes it, or '' if none does.
local function supersede(record, id, at, by, hidden)
  local current = cjson.decode(redis.call('JSON.GET', record, '$.index.ns', '$.index.facets', '$.index.hash'))
  local ns, facets = current['$.index.ns'][1] .. (hidden and '~' or ''), current['$.index.facets'][1]
  if hidden then facets = facets_hidden(facets) end
  table.insert(facets, 1, FACET.superseded)
  local index = { ns = ns, facets = facets }
  index['until'] = at
  local memory = { superseded_at = at, superseded_by = by ~= '' and by or nil }
  redis.call('JSON.MERGE', record, '$', cjson.encode({ memory = memory, index = index }))
  vector_follow(record)
  local hash = supersede_hash(record, current['$.index.hash'][1])
  if redis.call('GET', hash) ~= id then return end
  redis.call('DEL', hash)
  -- If its words are written again, the superseding memory counts the sighting.
  local target = string.gsub(record, '[^:]+$', by)
  if not hidden or by == '' then return end
  if redis.call('JSON.GET', target, '$.memory.content') ~= redis.call('JSON.GET', record, '$.memory.content') then return end
  redis.call('SET', hash, by)
  supersede_expiry(target, hash)
end

-- Ends a memory at `ends`, milliseconds since the epoch as a text, '' for never.
local function supersede_end(record, id, ends)
  local bytes = usage_total(record)
  usage_leave(id, bytes, redis.call('PEXPIRETIME', record))
  usage_enter(id, bytes, ends)
  version_expire(record, ends)
  if ends == '' then redis.call('PERSIST', record) else redis.call('PEXPIREAT', record, ends) end
  redis.call('JSON.MERGE', record, '$.memory', '{"expires_at":' .. (ends == '' and 'null' or ends) .. '}')
end

-- Brings one back, with its former end. If another memory, that isn't one of `made`, has its content now, both keep it.
local function supersede_undo(record, id, made)
  local paths = { '$.index.ns', '$.index.facets', '$.index.hash', '$.index.ended' }
  local current = cjson.decode(redis.call('JSON.GET', record, unpack(paths)))
  local hash = supersede_hash(record, current['$.index.hash'][1])
  local owner = redis.call('GET', hash)
  local taken = owner and owner ~= id and not made[owner] and redis.call('EXISTS', (string.gsub(record, '[^:]+$', owner))) == 1
  local ns, facets = (string.gsub(current['$.index.ns'][1], '~$', '')), facets_restored(current['$.index.facets'][1])
  local none = cjson.null
  local index = { ns = ns, facets = facets, ended = none }
  index['until'] = none
  redis.call('JSON.MERGE', record, '$', cjson.encode({ memory = { superseded_at = none, superseded_by = none }, index = index }))
  vector_follow(record)
  local ended = current['$.index.ended'][1]
  if type(ended) == 'number' then supersede_end(record, id, ended > 0 and string.format('%d', ended) or '') end
  if taken then return end
  redis.call('SET', hash, id)
  supersede_expiry(record, hash)
end

-- Adds to `gone` what goes with a memory that is removed, itself first, and to `freed` what comes back. What said the same
-- as it (and is hidden for that) goes; of what it summed up, nothing is said any more, so that speaks for itself again.
local function supersede_fall(records, id, gone, freed)
  table.insert(gone, id)
  local sources = redis.call('JSON.GET', records .. id, '$.memory.derived_from')
  for _, source in ipairs(sources and cjson.decode(sources)[1] or {}) do
    local found = redis.call('JSON.GET', records .. source.id, '$.memory.superseded_by', '$.index.ns')
    found = found and cjson.decode(found)
    if found and found['$.memory.superseded_by'][1] == id then
      if string.sub(found['$.index.ns'][1], -1) == '~' then
        supersede_fall(records, source.id, gone, freed)
      else
        table.insert(freed, source.id)
      end
    end
  end
end
