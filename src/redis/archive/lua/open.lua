--[[
Notes a segment of the archive before it is written, so that it is found whatever becomes of its writer.

KEYS[1] the namespace's segments, a hash
KEYS[2] the memories in each, a hash
KEYS[3] when each is to be looked at, a sorted set

ARGV[1] the segment
ARGV[2] what is known of it
ARGV[3] the ids of its memories, one after another
ARGV[4] when it is to be looked at, milliseconds since the epoch

Returns 1.
]]
local segment, facts, ids, due = unpack(ARGV, 1, 4)
redis.call('HSET', KEYS[1], segment, facts)
redis.call('HSET', KEYS[2], segment, ids)
redis.call('ZADD', KEYS[3], due, segment)
return 1
