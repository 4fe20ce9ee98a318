--[[
Notes what an erasure has found, each thing once, also after it was erased.

KEYS[1]  what it has found of each kind and not erased yet, a set; the next key is the set of what it has erased of that kind
KEYS[2+] likewise, two keys a kind

ARGV[1]  how long they are kept, milliseconds
ARGV[2+] the number of the kind, from 0, and the thing, in turn

Returns how many are new.
]]
local fresh, used = 0, {}
for i = 2, #ARGV, 2 do
  local found, erased = KEYS[2 * ARGV[i] + 1], KEYS[2 * ARGV[i] + 2]
  if redis.call('SISMEMBER', erased, ARGV[i + 1]) == 0 then fresh = fresh + redis.call('SADD', found, ARGV[i + 1]) end
  used[found] = true
end
for found in pairs(used) do redis.call('PEXPIRE', found, ARGV[1]) end
return fresh
