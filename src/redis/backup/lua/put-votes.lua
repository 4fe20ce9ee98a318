--- @include "lua/votes"
--[[
Brings votes on an agent's memories from an export. A vote says how it stands since when, so the later one counts, and bringing it
again changes nothing; see trust/lua/count-votes.lua. So a vote that isn't there, and isn't newer than each that was forgotten,
isn't taken in: it may be one of those, which stay counted.

KEYS[1] the agent, a hash
KEYS[2] the votes on its memories, a hash
KEYS[3] the names of all agents

ARGV[1]  its name
ARGV[2]  '1' if nothing is to be written
ARGV[3+] administration ('' for the operator's), id, milliseconds since the epoch, and verdict of a vote, in turn

Returns how many of them were news.
]]
local agent, dry = unpack(ARGV, 1, 2)
local forgotten_until = votes_forgotten_until(KEYS[1])
local news = 0
for i = 3, #ARGV, 4 do
  local part, id, at, verdict = unpack(ARGV, i, i + 3)
  local field = part == '' and id or part .. ' ' .. id
  local suffix = part == '' and '' or ' ' .. part
  local known_at, known = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%d+) (%a+)$')
  if tonumber(at) > tonumber(known_at or forgotten_until) then
    news = news + 1
    if dry ~= '1' then
      if known then redis.call('HINCRBY', KEYS[1], known .. suffix, -1) end
      redis.call('HINCRBY', KEYS[1], verdict .. suffix, 1)
      redis.call('HSET', KEYS[2], field, at .. ' ' .. verdict)
      redis.call('ZADD', KEYS[3], 0, agent)
    end
  end
end
if dry ~= '1' then votes_bound(KEYS[1], KEYS[2], news) end
return news
