--[[
Notes the use of an API key. A key that was revoked in between doesn't come back.

KEYS[1] the key

ARGV[1] when, milliseconds since the epoch

Returns 1 if it is there, else 0.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local known = tonumber(redis.call('HGET', KEYS[1], 'last_used_at') or '') or 0
if tonumber(ARGV[1]) > known then redis.call('HSET', KEYS[1], 'last_used_at', ARGV[1]) end
return 1
