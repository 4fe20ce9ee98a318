--[[
Merges memories into the best of a walk that isn't through yet, and keeps as many as the walk wants.

KEYS[1] the best of a caller's walk, a sorted set of ids by worth, and above all of them '#' and the walk's id

ARGV[1]  1 if the walk begins here, in place of the caller's walk before
ARGV[2]  how long the walk may pause, milliseconds
ARGV[3]  how many it keeps
ARGV[4]  its id
ARGV[5+] in turn a worth and an id

Returns {1} while there are fewer than it keeps, {1, worth, id} of the worst of them else, or {0} if the walk is gone.
]]
local begins, pause, most, walk = unpack(ARGV, 1, 4)
most = tonumber(most)
if begins == '1' then
  redis.call('UNLINK', KEYS[1])
  -- The walk is there, also with none.
  redis.call('ZADD', KEYS[1], 'inf', '#' .. walk)
elseif not redis.call('ZSCORE', KEYS[1], '#' .. walk) then
  return { 0 }
end
for i = 5, #ARGV, 2 do redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -most - 2)
redis.call('PEXPIRE', KEYS[1], pause)
if redis.call('ZCARD', KEYS[1]) <= most then return { 1 } end
local worst = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { 1, worst[2], worst[1] }
