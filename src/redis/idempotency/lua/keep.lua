--[[
Keeps the answer of a claimed request, or gives the claim up. If the answer holds what was deleted in between, only notes that there was one.

KEYS[1] the answer

ARGV[1] token of the claim
ARGV[2] the answer; '' gives the claim up
ARGV[3] how long it is kept, milliseconds; with a claim that is given up, how long the request is known, '0' not at all
ARGV[4] '1' if it holds what was deleted

Returns 1, or 0 if the claim was lost.
]]
local claim = redis.call('HMGET', KEYS[1], 'token', 'erased')
if claim[1] ~= ARGV[1] then return 0 end
if ARGV[2] == '' then
  if ARGV[3] == '0' then return redis.call('DEL', KEYS[1]) end
  -- It may have acted: another request with this key would get what this one has done.
  redis.call('HSET', KEYS[1], 'until', '0')
  return redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
local erased = claim[2] or ARGV[4] == '1'
-- Earlier releases didn't note what an answer holds, so no deletion finds theirs: claim.lua looks for this.
redis.call('HSET', KEYS[1], 'answer', erased and '' or ARGV[2], 'noted', '1')
redis.call('HDEL', KEYS[1], 'until')
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
