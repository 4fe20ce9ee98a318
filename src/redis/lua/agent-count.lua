--[[
Counts votes on an agent's memories. A vote says how it stands since when, so bringing it again changes nothing.

KEYS[1] the agent, a hash
KEYS[2] the votes on its memories, a hash: id -> '<milliseconds> <verdict>'
KEYS[3] the names of all agents

ARGV[1]  its name
ARGV[2+] id, milliseconds since the epoch, and verdict (confirmed or contradicted) of a vote, by turns

Returns how many of them were news.
]]
local news = 0
for i = 2, #ARGV, 3 do
  local id, at, verdict = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local known_at, known = string.match(redis.call('HGET', KEYS[2], id) or '', '^(%d+) (%a+)$')
  if not known_at or tonumber(at) > tonumber(known_at) then
    if known then redis.call('HINCRBY', KEYS[1], known, -1) end
    redis.call('HINCRBY', KEYS[1], verdict, 1)
    redis.call('HSET', KEYS[2], id, at .. ' ' .. verdict)
    redis.call('ZADD', KEYS[3], 0, ARGV[1])
    news = news + 1
  end
end
return news
