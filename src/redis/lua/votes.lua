--[[
Put before scripts that count verdicts on an agent's memories: bounds how many of them the registry remembers.
]]
local VOTES_MOST = 20000

-- Forgets old votes where there are too many, after `added` came in. What was counted stays counted. Of a few votes at
-- random, the oldest goes: its caller is the least likely to change it.
local function votes_bound(votes, added)
  for _ = 1, 2 * added do
    if redis.call('HLEN', votes) <= VOTES_MOST then return end
    local found, oldest, since = redis.call('HRANDFIELD', votes, 16, 'WITHVALUES'), nil, math.huge
    for i = 1, #found, 2 do
      local at = tonumber(string.match(found[i + 1], '^(%d+)'))
      if at < since then
        oldest, since = found[i], at
      end
    end
    redis.call('HDEL', votes, oldest)
  end
end
