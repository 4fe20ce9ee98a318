--[[
Put before scripts that count verdicts on an agent's memories: bounds how many of them the registry remembers.
]]
local VOTES_MOST = 20000

-- In the agent's hash: the time of the newest vote that was forgotten. No administration is named so.
local VOTES_FORGOTTEN = 'forgotten_until'

local function votes_forgotten_until(agent)
  return tonumber(redis.call('HGET', agent, VOTES_FORGOTTEN) or '-1')
end

-- Forgets old votes where there are too many, after `added` came in. What was counted stays counted. Of a few votes at
-- random, the oldest goes: its caller is the least likely to change it.
local function votes_bound(agent, votes, added)
  if redis.call('HLEN', votes) <= VOTES_MOST then return end
  local until_at = votes_forgotten_until(agent)
  for _ = 1, 2 * added do
    if redis.call('HLEN', votes) <= VOTES_MOST then break end
    local found, oldest, since = redis.call('HRANDFIELD', votes, 16, 'WITHVALUES'), nil, math.huge
    for i = 1, #found, 2 do
      local at = tonumber(string.match(found[i + 1], '^(%d+)'))
      if at < since then
        oldest, since = found[i], at
      end
    end
    redis.call('HDEL', votes, oldest)
    until_at = math.max(until_at, since)
  end
  redis.call('HSET', agent, VOTES_FORGOTTEN, string.format('%d', until_at))
end
