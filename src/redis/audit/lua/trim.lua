--- @include "lua/audit-trim"
--[[
Cuts off what is older than a trail keeps, where nobody adds to it. A trail without an entry that is young enough ends, as
it would by itself. One that would end before its last entry is old enough ends later.

KEYS[1] the trail, a stream
KEYS[2] its head

ARGV[1] how long entries are kept, milliseconds

Returns 1 if there is a trail left, else 0.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if trail_trim(KEYS[1], KEYS[2], tonumber(ARGV[1])) then
  local last = tonumber(redis.call('HGET', KEYS[2], 'time')) or 0
  local ends = redis.call('PEXPIRETIME', KEYS[1])
  if ends > 0 and ends < last + tonumber(ARGV[1]) then
    for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, string.format('%d', last + tonumber(ARGV[1]) * 1.125)) end
  end
  return 1
end
redis.call('DEL', KEYS[1], KEYS[2])
return 0
