--- @include "lua/key-makers"
--- @include "lua/votes"
--[[
Counts votes on an agent's memories in one namespace, under the administration that the namespace belongs to. A vote says
how it stands since when, so bringing it again changes nothing.

KEYS[1] the agent, a hash
KEYS[2] the votes on its memories, a hash: id, after an administration's pattern and a space -> '<milliseconds> <verdict>'
KEYS[3] the names of all agents
KEYS[4] the ids of all API keys
KEYS[5] the administrations
KEYS[6] what says that every key is on the lists of names and administrations

ARGV[1]  its name
ARGV[2]  the namespace
ARGV[3]  what precedes an id in an API key's key
ARGV[4]  what precedes a name in the key of an agent's keys
ARGV[5+] id, milliseconds since the epoch, and verdict (confirmed or contradicted) of a vote, in turn

Returns how many of them were news.
]]
local agent, agent_votes, agents, api_keys, administrations, agent_keys_built = unpack(KEYS, 1, 6)
key_index(ARGV[3], api_keys, ARGV[4], administrations, agent_keys_built)
local part = key_administration(administrations, ARGV[2])
local own = part == '**' and '' or part .. ' '
local suffix = part == '**' and '' or ' ' .. part
local news = 0
for i = 5, #ARGV, 3 do
  local id, at, verdict = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local field, counted = own .. id, suffix
  local vote = redis.call('HGET', agent_votes, field)
  if not vote and own ~= '' then
    -- It was counted before there were administrations, or before there was this one.
    vote = redis.call('HGET', agent_votes, id)
    if vote then counted = '' end
  end
  local known_at, known = string.match(vote or '', '^(%d+) (%a+)$')
  if not known_at or tonumber(at) > tonumber(known_at) then
    if known then redis.call('HINCRBY', agent, known .. counted, -1) end
    if counted ~= suffix then redis.call('HDEL', agent_votes, id) end
    redis.call('HINCRBY', agent, verdict .. suffix, 1)
    redis.call('HSET', agent_votes, field, at .. ' ' .. verdict)
    redis.call('ZADD', agents, 0, ARGV[1])
    news = news + 1
  end
end
votes_bound(agent, agent_votes, news)
return news
