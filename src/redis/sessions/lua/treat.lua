--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/session"
--[[
Replaces the texts of a session's messages and its running summary. Messages that were appended since it was read, and
those that have left it, stay as they are. The stream is written again, because a deleted entry of one stays in memory.
A claim is lost: who holds it has read the former texts, and would settle with a summary of them. Its range stays.

ARGV[1] incarnation
ARGV[2] the running summary as it was read, or ''
ARGV[3] the next one, or ''
ARGV[4+] of each message three: its number, tokens, JSON

Returns {DONE}; {CONFLICT} it is another session now, or has another summary.
]]
local head = redis.call('HMGET', session_head, 'i', 'u', 'ct')
if head[1] ~= ARGV[1] or (head[2] or '') ~= ARGV[2] then return { CODE.CONFLICT } end
audit('rewritten')

if head[3] then
  redis.call('HINCRBY', session_head, 'f', 1)
  redis.call('HDEL', session_head, 'cu')
  if redis.call('EXISTS', session_due) == 1 then redis.call('HSET', session_due, 'at', int(now)) end
end

local bytes, tokens, next_of = #ARGV[3] - #ARGV[2], 0, {}
if ARGV[3] ~= ARGV[2] then redis.call('HSET', session_head, 'u', ARGV[3]) end
for i = 4, #ARGV, 3 do next_of[ARGV[i] .. '-0'] = i end
if next(next_of) then
  local ends = redis.call('PEXPIRETIME', session_messages)
  local entries = redis.call('XRANGE', session_messages, '-', '+')
  redis.call('DEL', session_messages)
  for _, entry in ipairs(entries) do
    local id, fields = entry[1], entry[2]
    local at = next_of[id]
    if at then
      tokens = tokens + tonumber(ARGV[at + 1]) - tonumber(fields[4])
      bytes = bytes + #ARGV[at + 2] - #fields[10]
      fields[4], fields[10] = ARGV[at + 1], ARGV[at + 2]
    end
    redis.call('XADD', session_messages, id, unpack(fields))
  end
  if ends > 0 then redis.call('PEXPIREAT', session_messages, int(ends)) end
  redis.call('HINCRBY', session_head, 't', int(tokens))
end
usage_session(session_facet, bytes)
return { CODE.DONE }
