--[[
Notes how far an export or import has come, unless another process did so since, or an erasure has deleted what is known of it.

KEYS[1] the job

ARGV[1] the job as it was read
ARGV[2] the job as it is now
ARGV[3] how long it is kept, seconds

Returns 1, or 0 if it isn't as it was read.
]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
