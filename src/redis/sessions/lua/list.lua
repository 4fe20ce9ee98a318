--- @include "lua/audit"
--- @include "lua/usage"
--[[
Lists a namespace's sessions, the last appended to first; of those of one moment, the one with the last facet first. Sessions
that an earlier release imported may share a moment.

KEYS[1] the sessions by their last append

ARGV[1] at most this many
ARGV[2] the moment at which the page before ended, or ''
ARGV[3] the facet at which it ended, or '' for the last of its moment
ARGV[4] what precedes a session's facet in the key of its head

Returns {moment and facet at which this page ends or '' and '' at the end, what HGETALL does of each head}.
]]
audit('ok')
usage_prune_sessions(1000)
local most = tonumber(ARGV[1])

-- By bytes, as a sorted set orders them: Lua compares by the server's locale.
local function precedes(one, other)
  for i = 1, math.min(#one, #other) do
    local byte, limit = string.byte(one, i), string.byte(other, i)
    if byte ~= limit then return byte < limit end
  end
  return #one < #other
end

-- How many come before what follows a place, which needn't be there any more.
local function rank_after(moment, facet)
  local from, to = redis.call('ZCOUNT', KEYS[1], '(' .. moment, '+inf'), redis.call('ZCOUNT', KEYS[1], moment, '+inf')
  while facet ~= '' and from < to do
    local middle = math.floor((from + to) / 2)
    local found = redis.call('ZRANGE', KEYS[1], middle, middle, 'REV')[1]
    if precedes(found, facet) then to = middle else from = middle + 1 end
  end
  return to
end

local from = ARGV[2] == '' and 0 or rank_after(ARGV[2], ARGV[3])
local heads, moment, facet = {}, '', ''
-- Bounded, however many have ended since: the page may then be short.
for _ = 1, 20 do
  local page = redis.call('ZRANGE', KEYS[1], from, from + most - #heads - 1, 'REV', 'WITHSCORES')
  for i = 1, #page, 2 do
    local head = redis.call('HGETALL', ARGV[4] .. page[i])
    if #head > 0 then table.insert(heads, head) end
    facet, moment = page[i], page[i + 1]
  end
  from = from + #page / 2
  if #page == 0 then
    moment, facet = '', ''
    break
  end
  if #heads == most then break end
end
return { moment, facet, unpack(heads) }
