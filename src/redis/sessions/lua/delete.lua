--- @include "lua/changes"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/erasure"
--- @include "lua/gone"
--- @include "lua/session"
--[[
Deletes a session with its messages. What was promoted to episodic memory is noted, see erasure.lua.

ARGV[1] milliseconds since the epoch: one that was appended to after that stays; '' to delete it in any case

Returns {} if there is none; {''} if it stays; else {incarnation, number of the last message that was promoted, up to which
number a claim goes that isn't settled, or ''}.
]]
local head = redis.call('HMGET', session_head, 'i', 'z', 'ct', 's', 'l')
if head[1] and ARGV[1] ~= '' and tonumber(head[5]) > tonumber(ARGV[1]) then
  audit('conflict')
  return { '' }
end
audit(head[1] and 'ok' or 'missing')
redis.call('DEL', session_head, session_messages, session_ids, session_due)
usage_end_sessions({ session_facet })
if not head[1] then return {} end
gone_note(usage_named('gone'), 's ' .. session_facet)
erasure_note('s ' .. head[1] .. ' ' .. head[4])
return { head[1], head[2], head[3] or '' }
