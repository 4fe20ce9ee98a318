--[[
For the deletion of a namespace, which leaves what was written after it began.
]]

-- The oldest entry of a history after this change, and the newest one up to it; read from the end, in small parts, since
-- entries hold whole values.
local function history_around(history, change)
  local after, place = nil, '+'
  while true do
    local entries = redis.call('XREVRANGE', history, place, '-', 'COUNT', 10)
    for _, entry in ipairs(entries) do
      if tonumber(string.match(entry[1], '-(%d+)$')) <= change then return after, entry end
      after = entry
    end
    if #entries < 10 then return after, nil end
    place = '(' .. entries[#entries][1]
  end
end
