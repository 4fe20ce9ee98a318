--- @include "lua/clock"
--- @include "lua/vector-fields"
--[[
Put before scripts that change what others say of a memory: memory.evidence of its record, of which no version is made.
]]

-- Adds agents that said the same; the author doesn't count, and each only once. `most`: how many there may be.
local function trust_corroborate(record, agents, most)
  local found = cjson.decode(redis.call('JSON.GET', record, '$.memory.source_agent', '$.memory.evidence.agents'))
  local known = found['$.memory.evidence.agents'][1] or {}
  local seen = { [found['$.memory.source_agent'][1]] = true }
  for _, agent in ipairs(known) do seen[agent] = true end
  local added = false
  for _, agent in ipairs(agents) do
    if not seen[agent] and #known < most then
      seen[agent] = true
      added = true
      table.insert(known, agent)
    end
  end
  if added then redis.call('JSON.MERGE', record, '$', cjson.encode({ memory = { evidence = { agents = known } }, index = { changed_at = now } })) end
  return added
end

-- Lets a copy out of quarantine, and has it compared with what others wrote. `facet`: what kept it from being found. As
-- of a time before, it still isn't.
local function trust_release(record, facet)
  local facets = {}
  for _, each in ipairs(cjson.decode(redis.call('JSON.GET', record, '$.index.facets'))[1]) do
    if each ~= facet then table.insert(facets, each) end
  end
  redis.call('JSON.MERGE', record, '$', cjson.encode({ memory = { quarantined = cjson.null }, index = { facets = facets, corroborate_at = now, since = now, changed_at = now } }))
  vector_follow(record)
end
