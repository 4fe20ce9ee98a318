--[[
Included by scripts that change the facets of a record. What a facet begins with is a copy of the registry in
src/memory/model/facets.ts, where the meanings are.
]]
local FACET = { below = 'n', old_below = 'o', superseded = 'x', archived = 'z' }

-- Facets of a place in the present become those of the past, by which only questions about the past find them.
local function facets_hidden(facets)
  local hidden = {}
  for _, facet in ipairs(facets) do
    table.insert(hidden, (string.gsub(facet, '^' .. FACET.below, FACET.old_below)))
  end
  return hidden
end

-- The facets of a superseded memory as they are when it comes back.
local function facets_restored(facets)
  local shown = {}
  for _, facet in ipairs(facets) do
    if facet ~= FACET.superseded then
      table.insert(shown, (string.gsub(facet, '^' .. FACET.old_below, FACET.below)))
    end
  end
  return shown
end
