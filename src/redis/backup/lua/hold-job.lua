--- @include "lua/clock"
--- @include "lua/codes"
--[[
Holds a place for an export or import among those of a key, or notes that it was used.

KEYS[1] the key's jobs, a sorted set by when they were used; one that has ended as if that had been a whole time of keeping earlier

ARGV[1] the job's id
ARGV[2] how many there may be; '' to note that it was used
ARGV[3] how long one must have been idle to be replaced, milliseconds
ARGV[4] how long one is kept, milliseconds
ARGV[5] '1' if it has ended

Returns {DONE}; {DONE, id} where that one made room; {TOO_MANY} if none may be replaced.
]]
local id, most, idle, kept, ended = unpack(ARGV, 1, 5)
local at = string.format('%d', ended == '1' and now - kept or now)
if most == '' then
  redis.call('ZADD', KEYS[1], 'XX', at, id)
  return { CODE.DONE }
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now - 2 * kept))
local reply = { CODE.DONE }
if not redis.call('ZSCORE', KEYS[1], id) and redis.call('ZCARD', KEYS[1]) >= tonumber(most) then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  if tonumber(first[2]) > now - idle then return { CODE.TOO_MANY } end
  redis.call('ZREM', KEYS[1], first[1])
  table.insert(reply, first[1])
end
redis.call('ZADD', KEYS[1], at, id)
redis.call('PEXPIRE', KEYS[1], string.format('%d', 2 * kept))
return reply
