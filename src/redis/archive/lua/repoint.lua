--- @include "lua/changes"
--[[
Lets the stubs that point to one segment of the archive point to another, if that is open.

KEYS[1]  the namespace's segments, a hash
KEYS[2]  when each is to be looked at, a sorted set
KEYS[3+] the records

ARGV[1]  the segment that they point to
ARGV[2]  the other one

Returns how many it did.
]]
local facts = redis.call('HGET', KEYS[1], ARGV[2])
if not facts or string.sub(facts, 1, 5) ~= 'open ' then return 0 end
local moved = 0
for i = 3, #KEYS do
  local found = redis.call('JSON.GET', KEYS[i], '$.memory.archived.segment')
  if found and cjson.decode(found)[1] == ARGV[1] then
    redis.call('JSON.SET', KEYS[i], '$.memory.archived.segment', '"' .. ARGV[2] .. '"')
    local ends = redis.call('PEXPIRETIME', KEYS[i])
    if ends > 0 then redis.call('ZADD', KEYS[2], 'LT', string.format('%d', ends + 1000), ARGV[2]) end
    moved = moved + 1
  end
end
return moved
