--- @include "lua/changes"
--- @include "lua/usage"
--- @include "lua/session"
--[[
Gives a session another running summary, because the one that it has quotes what was deleted.

ARGV[1] incarnation
ARGV[2] the running summary

Returns 1, or 0 if it isn't that session any more.
]]
if redis.call('HGET', session_head, 'i') ~= ARGV[1] then return 0 end
local before = redis.call('HGET', session_head, 'u') or ''
usage_session(session_facet, #ARGV[2] - #before)
redis.call('HSET', session_head, 'u', ARGV[2], 'um', 'extractive', 'ul', '')
return 1
