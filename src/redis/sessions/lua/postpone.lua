--- @include "lua/clock"
--- @include "lua/numbers"
--[[
Prolongs a claim, or gives it up for now; its range stays.

KEYS[1] the session's head
KEYS[2] the note that it is past its window

ARGV[1] incarnation
ARGV[2] fence
ARGV[3] for how long nobody claims it, milliseconds from now

Returns 1, or 0 if the claim was lost or settled.
]]
local head = redis.call('HMGET', KEYS[1], 'i', 'f', 'ct')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] or not head[3] then return 0 end
local ends = int(now + tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'cu', ends)
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'at', ends) end
return 1
