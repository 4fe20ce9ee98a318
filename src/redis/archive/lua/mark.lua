--[[
Notes what is known of a segment of the archive, if it is noted already.

KEYS[1] the namespace's segments, a hash
KEYS[2] when each is to be looked at, a sorted set

ARGV[1] the segment
ARGV[2] what is known of it
ARGV[3] when it is to be looked at, milliseconds since the epoch; '' if that was all
ARGV[4] the look that was noted before: another one that is noted now, and is sooner, stays; '' if none does

Returns 1 if it was done, 0 if the segment isn't noted.
]]
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local due = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or nil)
if ARGV[4] ~= '' and due and due ~= tonumber(ARGV[4]) and (ARGV[3] == '' or due < tonumber(ARGV[3])) then return 1 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1]) end
return 1
