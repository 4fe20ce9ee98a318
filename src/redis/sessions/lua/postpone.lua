--[[
Gives a claim up for now; its range stays.

KEYS[1] the session's head
KEYS[2] the note that it is past its window

ARGV[1] incarnation
ARGV[2] fence
ARGV[3] when a sweep should look again, milliseconds since the epoch

Returns 1, or 0 if the claim was lost.
]]
local head = redis.call('HMGET', KEYS[1], 'i', 'f')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'cu', ARGV[3])
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'at', ARGV[3]) end
return 1
