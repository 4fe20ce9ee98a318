--[[
Deletes a session with its messages. What was promoted to episodic memory stays there.

Returns 1, or 0 if there is none.
]]
local found = redis.call('EXISTS', session_head)
audit(found == 1 and 'ok' or 'missing')
redis.call('DEL', session_head, session_messages, session_ids, session_due)
usage_end_sessions({ session_facet })
return found
