--[[
Merges memories into the best of a walk that isn't through yet, and keeps as many as the walk wants.

KEYS[1] the walk's best, a sorted set of ids by worth

ARGV[1]  1 if the walk begins here
ARGV[2]  how long the walk may pause, milliseconds
ARGV[3]  how many it keeps
ARGV[4+] in turn a worth and an id

Returns {1} while there are fewer than it keeps, {1, worth, id} of the worst of them else, or {0} if the walk is gone.
]]
local begins, pause, most = unpack(ARGV, 1, 3)
most = tonumber(most)
if begins ~= '1' and redis.call('EXISTS', KEYS[1]) == 0 then return { 0 } end
-- The walk is there, also with none.
redis.call('ZADD', KEYS[1], 'inf', '')
for i = 4, #ARGV, 2 do redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -most - 2)
redis.call('PEXPIRE', KEYS[1], pause)
if redis.call('ZCARD', KEYS[1]) <= most then return { 1 } end
local worst = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { 1, worst[2], worst[1] }
