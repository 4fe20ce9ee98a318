--[[
Notes what an export says is gone, as lua/gone.lua does.

KEYS[1] the namespace's notes

ARGV[1] what is gone
ARGV[2] since when, milliseconds since the epoch

Returns 1 if it is new here, else 0.
]]
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
return known and 0 or 1
