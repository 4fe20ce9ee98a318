--[[
Takes a thread out of the list, if it was not made again since it was read there.

KEYS[1] the threads

ARGV[1] thread
ARGV[2] its score when it was read

Returns 1 if it was taken out, else 0.
]]
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
