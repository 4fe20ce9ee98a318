--- @include "lua/audit"
--- @include "lua/usage"
--[[
Lists a namespace's sessions, the last appended to first.

KEYS[1] the sessions by their last append

ARGV[1] at most this many
ARGV[2] where the page before ended, or ''
ARGV[3] what precedes a session's facet in the key of its head

Returns {where this page ends or '' at the end, what HGETALL does of each head}.
]]
audit('ok')
usage_prune_sessions(1000)
local most = tonumber(ARGV[1])
local edge = ARGV[2]
local heads = {}
-- Bounded, however many have ended since: the page may then be short.
for _ = 1, 20 do
  local page = redis.call('ZRANGE', KEYS[1], edge == '' and '+inf' or '(' .. edge, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, most - #heads, 'WITHSCORES')
  for i = 1, #page, 2 do
    local head = redis.call('HGETALL', ARGV[3] .. page[i])
    if #head > 0 then table.insert(heads, head) end
    edge = page[i + 1]
  end
  if #page == 0 then
    edge = ''
    break
  end
  if #heads == most then break end
end
return { edge, unpack(heads) }
