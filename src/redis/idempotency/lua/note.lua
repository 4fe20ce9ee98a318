--- @include "lua/clock"
--[[
Notes that an answer holds a subject, before the answer is kept: a deletion of the subject finds it from now on.

KEYS[1] the answers that hold the subject
KEYS[2] the subject's last deletion, milliseconds
KEYS[3] that deletion, its operation, and the last one of another operation

ARGV[1] operation of the answer
ARGV[2] how long answers are kept, milliseconds
ARGV[3] when its request began, milliseconds
ARGV[4] how far the clocks of two nodes may differ, milliseconds
ARGV[5] how long the mark of a deletion lasts, milliseconds

Returns 1 if the subject was deleted since by another operation, or may have been, else 0.
]]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local begun = tonumber(ARGV[3]) - tonumber(ARGV[4])
if now - begun > tonumber(ARGV[5]) then return 1 end
local last = redis.call('GET', KEYS[2])
if not last then return 0 end
-- A process of an earlier release writes the time alone, so this may be of an older deletion.
local at, by, before = string.match(redis.call('GET', KEYS[3]) or '', '^(%S+) (%S+) ?(%S*)$')
local deleted = at == last and by == ARGV[1] and before or last
return deleted ~= '' and begun <= tonumber(deleted) and 1 or 0
