--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/session"
--[[
Appends messages to a session, which begins with its first one. A message whose id is there already isn't appended.

Takes no time for the messages that are there.

ARGV[1] the session's name
ARGV[2] its namespace
ARGV[3] incarnation, if it begins now
ARGV[4] who appends
ARGV[5] '1' if that one may own the session: a write-only caller may not
ARGV[6+] of each message, in turn: id, role, tokens, JSON, and the ids of the calls that it makes or answers, a JSON
         array; '' if there are none

Returns {DONE, 1 if the oldest turns are due to be promoted else 0, number of the last message, then for each message
its number and 1 if it was appended, else 0}; {QUOTA} if the namespace is full; {MISSING} if the operation has appended them
already, to a session that is gone.
]]
local done = audit_done()
if done and done ~= redis.call('HGET', session_head, 'i') then
  audit('repeated')
  return { CODE.MISSING }
end
local known, counted = {}, {}
local new, bytes, asked = false, 0, 0
for i = 6, #ARGV, 5 do
  known[i] = redis.call('HGET', session_ids, ARGV[i])
  new = new or not known[i]
  if not counted[ARGV[i]] then
    asked = asked + #ARGV[i] + #ARGV[i + 3]
    if not known[i] then bytes = bytes + #ARGV[i] + #ARGV[i + 3] end
  end
  counted[ARGV[i]] = true
end
if (new or usage_blind) and usage_over(0, usage_blind and asked or bytes) then
  audit('quota')
  return { CODE.QUOTA }
end
audit(new and 'ok' or 'repeated')
usage_prune_sessions(16)
if redis.call('EXISTS', session_head) == 0 then
  -- An earlier one of its name may have ended just now.
  usage_end_sessions({ session_facet })
  redis.call('HSET', session_head, 's', ARGV[1], 'i', ARGV[3], 'n', 0, 'z', 0, 't', 0, 'c', int(now), 'l', int(now), 'x', '', 'f', 0)
end
if ARGV[5] == '1' then redis.call('HSETNX', session_head, 'o', ARGV[4]) end
local number = tonumber(redis.call('HGET', session_head, 'n'))
local tokens = 0
local results = {}
for i = 6, #ARGV, 5 do
  -- Or a message that comes twice in the same request.
  local there = known[i] or redis.call('HGET', session_ids, ARGV[i])
  if there then
    table.insert(results, there)
    table.insert(results, 0)
  else
    number = number + 1
    local fields = { 'r', ARGV[i + 1], 't', ARGV[i + 2], 'a', int(now), 'b', ARGV[4], 'm', ARGV[i + 3], 'k', ARGV[i + 4] }
    redis.call('XADD', session_messages, int(number) .. '-0', unpack(fields))
    redis.call('HSET', session_ids, ARGV[i], int(number))
    tokens = tokens + tonumber(ARGV[i + 2])
    table.insert(results, int(number))
    table.insert(results, 1)
  end
end
if new then
  redis.call('HSET', session_head, 'n', int(number), 'l', int(now))
  redis.call('HINCRBY', session_head, 't', int(tokens))
  usage_session(session_facet, bytes)
  local last = redis.call('ZRANGE', session_all, 0, 0, 'REV', 'WITHSCORES')[2]
  redis.call('ZADD', session_all, int(math.max(now_micros, (tonumber(last) or 0) + 1)), session_facet)
end
local due = 0
if session_over() then
  local at = redis.call('HGET', session_due, 'at')
  if not at then redis.call('HSET', session_due, 'at', int(now), 'ns', ARGV[2], 'sid', ARGV[1]) end
  if not at or tonumber(at) <= now then due = 1 end
end
session_renew()
if audit_operation ~= '' then audit_note(redis.call('HGET', session_head, 'i')) end
return { CODE.DONE, due, int(number), unpack(results) }
