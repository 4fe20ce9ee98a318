--[[
Notes up to which change an erasure takes changes out of the stream: watchers that haven't come so far can't go on.

KEYS[1] the namespace's head: see lua/documents.lua

ARGV[1] number of the change

Returns the number up to which that is so.
]]
local before = tonumber(redis.call('HGET', KEYS[1], 'erased_to')) or 0
if tonumber(ARGV[1]) <= before then return before end
redis.call('HSET', KEYS[1], 'erased_to', ARGV[1])
return tonumber(ARGV[1])
