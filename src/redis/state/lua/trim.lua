--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/state-left"
--[[
Cuts off the history of documents whose changes are older than it is kept: each change says which document's.

KEYS[1] the namespace's changes

ARGV[1] up to when, milliseconds since the epoch
ARGV[2] how many changes at most
ARGV[3] what precedes a state key in the key of a document
ARGV[4] in that of its hash
ARGV[5] in that of its history
ARGV[6] how long history is kept, milliseconds

The changes themselves live on where they would end before they are old enough, by a shorter setting of before.

Returns how many changes there were.
]]
local edge = tonumber(ARGV[1])
local changes = redis.call('XRANGE', KEYS[1], '-', ARGV[1], 'COUNT', ARGV[2])
local seen = {}
for _, change in ipairs(changes) do
  local key
  for i = 1, #change[2], 2 do
    if change[2][i] == 'k' then key = change[2][i + 1] end
  end
  if key and not seen[key] then
    seen[key] = true
    local history = ARGV[5] .. key
    local found = redis.call('HMGET', ARGV[4] .. key, 't', 'e')
    local ends = tonumber(found[2] ~= '' and found[2] or nil)
    if ends and ends + tonumber(ARGV[6]) <= now then
      redis.call('DEL', ARGV[3] .. key, ARGV[4] .. key, history)
      left_drop(history)
    else
      -- All of it was superseded before the last change, which a deletion is too.
      local last = redis.call('XREVRANGE', history, '+', '-', 'COUNT', 1)[1]
      local changed = tonumber(found[1] or last and string.match(last[1], '^%d+') or 0)
      local first = redis.call('XREVRANGE', history, ARGV[1], '-', 'COUNT', 1)[1]
      if changed <= edge then
        redis.call('DEL', history)
        left_drop(history)
      elseif first then
        redis.call('XTRIM', history, 'MINID', first[1])
      end
    end
  end
end
local last = changes[#changes]
if last then
  local time, number = string.match(last[1], '^(%d+)-(%d+)$')
  redis.call('XTRIM', KEYS[1], 'MINID', time .. '-' .. int(tonumber(number) + 1))
end
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if newest then
  local time = tonumber(string.match(newest[1], '^%d+'))
  local ends = redis.call('PEXPIRETIME', KEYS[1])
  if ends > 0 and ends < time + tonumber(ARGV[6]) then
    redis.call('PEXPIREAT', KEYS[1], int(time + tonumber(ARGV[6]) * 1.125))
  end
end
return #changes
