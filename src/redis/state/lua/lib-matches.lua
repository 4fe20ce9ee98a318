--[[
Put before the scripts that evaluate a JSONPath.
]]

-- The matches of the paths from one argument to another, as one JSON array.
local function matches_of(key, first, last)
  if first == last then return redis.call('JSON.GET', key, ARGV[first]) end
  local parts = {}
  for i = first, last do
    local inside = string.sub(redis.call('JSON.GET', key, ARGV[i]), 2, -2)
    if inside ~= '' then table.insert(parts, inside) end
  end
  return '[' .. table.concat(parts, ',') .. ']'
end
