--- @include "lua/clock"
--[[
Cuts off what is older than a trail keeps. By the clock as it is, not by the newest entry: after a clock that ran ahead,
nothing goes too early.
]]

-- Returns false where every entry is too old.
local function trail_trim(stream, head, keep)
  local kept = redis.call('XRANGE', stream, string.format('%d', math.max(0, now - keep)), '+', 'COUNT', 1)[1]
  if not kept then return false end
  local first = tonumber(redis.call('HGET', head, 'first')) or 1
  local surplus = tonumber(string.match(kept[1], '-(%d+)$')) - first
  if surplus == 0 then return true end
  if surplus <= 1024 then
    redis.call('XTRIM', stream, 'MINID', kept[1])
  else
    -- Bounds the work if retention was shortened: trims in parts, of whole nodes, so that no request waits for it.
    redis.call('XTRIM', stream, 'MINID', '~', kept[1], 'LIMIT', 1024)
    kept = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  end
  local before = kept[2][2]
  -- Releases before wrote it in hexadecimal.
  if #before == 20 then before = string.gsub(before, '.', function(byte) return string.format('%02x', string.byte(byte)) end) end
  redis.call('HSET', head, 'first', string.match(kept[1], '-(%d+)$'), 'before', before)
  return true
end
