--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/session"
--[[
Ends a claim: the messages of its range leave the session, because episodic memory holds them now, and the running
summary covers them.

ARGV[1] incarnation
ARGV[2] fence
ARGV[3] up to which number
ARGV[4] the running summary
ARGV[5] its method
ARGV[6] its model, or ''

Returns {DONE}; {LOST} if the claim was lost; {MISSING} if the session isn't there any more.
]]
local head = redis.call('HMGET', session_head, 'i', 'f', 'z', 'ct', 's')
if head[1] ~= ARGV[1] then
  audit('missing')
  return { CODE.MISSING }
end
if head[2] ~= ARGV[2] or head[4] ~= ARGV[3] then
  audit('lost')
  return { CODE.LOST }
end
audit('ok')
local tokens, bytes = 0, #ARGV[4] - #(redis.call('HGET', session_head, 'u') or '')
local entries = redis.call('XRANGE', session_messages, int(tonumber(head[3]) + 1) .. '-0', ARGV[3] .. '-0')
for _, entry in ipairs(entries) do
  tokens = tokens + tonumber(entry[2][4])
  bytes = bytes - #entry[2][10]
end
usage_session(session_facet, bytes)
redis.call('XTRIM', session_messages, 'MINID', int(tonumber(ARGV[3]) + 1) .. '-0')
redis.call('HINCRBY', session_head, 't', int(-tokens))
redis.call('HSET', session_head, 'z', ARGV[3], 'u', ARGV[4], 'um', ARGV[5], 'ul', ARGV[6])
redis.call('HDEL', session_head, 'cu', 'ct')
if session_over() and redis.call('EXISTS', session_due) == 1 then
  redis.call('HSET', session_due, 'at', int(now))
else
  redis.call('DEL', session_due)
end
return { CODE.DONE }
