--- @include "lua/codes"
--- @include "lua/clock"
--[[
Claims the answer of a request with an idempotency key, or finds what became of it.

KEYS[1] the answer

ARGV[1] hash of the request
ARGV[2] token of the claim
ARGV[3] how long the claim lasts, milliseconds
ARGV[4] how long the request is known, milliseconds: longer than anything that it has done

Returns {DONE, now in milliseconds with a fraction, '1' if a try before this one may have acted, else ''} claimed;
{TAKEN} another request has this key; {BUSY} it isn't answered yet; {SEEN, answer}. The answer is '' if it was erased, or kept by a release of which no deletion would have erased it.
]]
local found = redis.call('HMGET', KEYS[1], 'request', 'answer', 'noted', 'until')
if found[1] and found[1] ~= ARGV[1] then return { CODE.TAKEN } end
if found[2] then return { CODE.SEEN, found[3] and found[2] or '' } end
-- A claim of an earlier release ends with its key.
if found[1] and (tonumber(found[4]) or now) >= now then return { CODE.BUSY } end
redis.call('HSET', KEYS[1], 'request', ARGV[1], 'token', ARGV[2], 'until', string.format('%d', now + tonumber(ARGV[3])))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { CODE.DONE, string.format('%.3f', now_micros / 1000), found[1] and '1' or '' }
