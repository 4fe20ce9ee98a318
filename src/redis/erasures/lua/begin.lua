--- @include "lua/audit"
--- @include "lua/codes"
--[[
Begins an erasure, unless too many of the same key are open.

KEYS[1] the erasure
KEYS[2] all erasures by when they were made, a sorted set
KEYS[3] those that aren't complete, likewise
KEYS[4] those of this key that aren't complete, likewise

ARGV[1] its id
ARGV[2] the erasure as JSON
ARGV[3] when it was made, milliseconds
ARGV[4] how long it is kept, milliseconds
ARGV[5] how many of a key may be open
ARGV[6] what the audit trail says of it

Returns {DONE}; {SEEN, id} if the operation has begun one already; {TOO_MANY}.
]]
local id, erasure, made, kept, most, outcome = unpack(ARGV)
local done = audit_done()
if done then
  audit('repeated')
  return { CODE.SEEN, done }
end
-- One that was never completed is forgotten with the erasure itself.
local gone = tonumber(made) - tonumber(kept)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', gone)
if redis.call('ZCARD', KEYS[4]) >= tonumber(most) then
  audit('quota')
  return { CODE.TOO_MANY }
end
audit(outcome)
redis.call('SET', KEYS[1], erasure, 'PX', kept)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', gone)
for _, list in ipairs({ KEYS[2], KEYS[3], KEYS[4] }) do redis.call('ZADD', list, made, id) end
audit_note(id)
return { CODE.DONE }
