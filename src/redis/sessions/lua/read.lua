--- @include "lua/audit"
--- @include "lua/session"
--[[
Reads a session's head and some of its messages, and makes it live its whole time again.

ARGV[1] at most this many messages
ARGV[2] only numbers below this one, or ''
ARGV[3] only numbers above this one, or ''

Returns {} if there is none; else {what HGETALL does of the head, what XRANGE does of the messages,
'1' if they are in descending order}. With a number in ARGV[3] these are the first ones above it, else the last ones.
]]
if redis.call('EXISTS', session_head) == 0 then
  audit('missing')
  return {}
end
audit('ok')
session_renew()
local head = redis.call('HGETALL', session_head)
if ARGV[1] == '0' then return { head, {}, '' } end
local upper = ARGV[2] == '' and '+' or '(' .. ARGV[2] .. '-0'
local lower = ARGV[3] == '' and '-' or '(' .. ARGV[3] .. '-0'
if ARGV[3] ~= '' then return { head, redis.call('XRANGE', session_messages, lower, upper, 'COUNT', ARGV[1]), '' } end
return { head, redis.call('XREVRANGE', session_messages, upper, lower, 'COUNT', ARGV[1]), '1' }
