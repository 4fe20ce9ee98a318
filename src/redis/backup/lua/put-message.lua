--- @include "lua/changes"
--- @include "lua/usage"
--- @include "lua/session"
--[[
Adds a message to a session that this import has written just now; part of that act.

ARGV[1] the import's id
ARGV[2] the message's number
ARGV[3] its id
ARGV[4] its JSON
ARGV[5+] the fields of its entry and their values, in turn

Returns 1, 0 where the session isn't this import's (any more), or -1 if the namespace is full.
]]
local import, number, id, json = unpack(ARGV, 1, 4)
local head = redis.call('HMGET', session_head, 'n', 'im', 'x')
if not head[1] or head[2] ~= import .. ':' .. head[1] then return 0 end
-- Appended after the head was read: the session comes once more in the file, with it.
if tonumber(number) > tonumber(head[1]) then return 0 end
local last = redis.call('XREVRANGE', session_messages, '+', '-', 'COUNT', 1)[1]
if last and tonumber(string.match(last[1], '^%d+')) >= tonumber(number) then return 1 end
if usage_over(0, #id + #json) then return -1 end
redis.call('XADD', session_messages, number .. '-0', unpack(ARGV, 5))
redis.call('HSET', session_ids, id, number)
usage_session(session_facet, #id + #json)
if head[3] ~= '' then
  redis.call('PEXPIREAT', session_messages, head[3])
  redis.call('PEXPIREAT', session_ids, head[3])
end
return 1
