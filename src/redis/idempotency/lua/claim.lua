--- @include "lua/codes"
--- @include "lua/clock"
--[[
Claims the answer of a request with an idempotency key, or finds what became of it.

KEYS[1] the answer

ARGV[1] hash of the request
ARGV[2] token of the claim
ARGV[3] how long the claim lasts, milliseconds

Returns {DONE, now in milliseconds with a fraction} claimed; {TAKEN} another request has this key; {BUSY} it isn't answered yet; {SEEN,
answer}. The answer is '' if it was erased, or kept by a release of which no deletion would have erased it.
]]
local found = redis.call('HMGET', KEYS[1], 'request', 'answer', 'noted')
if not found[1] then
  redis.call('HSET', KEYS[1], 'request', ARGV[1], 'token', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return { CODE.DONE, string.format('%.3f', now_micros / 1000) }
end
if found[1] ~= ARGV[1] then return { CODE.TAKEN } end
if not found[2] then return { CODE.BUSY } end
return { CODE.SEEN, found[3] and found[2] or '' }
