--- @include "lua/clock"
--[[
Finds the answers that hold a deleted subject, a page at a time. The first page marks the deletion, for answers of
requests that read the subject before and note it later: see note.lua.

KEYS[1] the answers that hold the subject
KEYS[2] the subject's last deletion, milliseconds: all that an earlier release reads
KEYS[3] that deletion, its operation, and the last one of another operation

ARGV[1] how long the mark lasts, milliseconds
ARGV[2] how many answers are passed over
ARGV[3] how many are returned at most
ARGV[4] until when they were noted, milliseconds; '' until now, the first page
ARGV[5] the operation that deleted the subject; '' if it has none

Returns {until when they were noted, operations ...}.
]]
local till = ARGV[4]
if till == '' then
  till = string.format('%.0f', now)
  local mark = string.format('%.3f', now_micros / 1000)
  if ARGV[5] == '' then
    redis.call('DEL', KEYS[3])
  else
    -- What another operation deleted before still counts for the answer of this one.
    local last = redis.call('GET', KEYS[2])
    local at, by, before = string.match(redis.call('GET', KEYS[3]) or '', '^(%S+) (%S+) ?(%S*)$')
    local other = at == last and by == ARGV[5] and before or last or ''
    redis.call('SET', KEYS[3], mark .. ' ' .. ARGV[5] .. ' ' .. other, 'PX', ARGV[1])
  end
  redis.call('SET', KEYS[2], mark, 'PX', ARGV[1])
end
return { till, unpack(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', till, 'LIMIT', ARGV[2], ARGV[3])) }
