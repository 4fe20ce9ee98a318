--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/documents"
--- @include "lua/state-size"
--[[
Writes a document, whether it is there or not.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history
KEYS[4] what this operation has done already; missing if no retry will come

ARGV[1] the state key
ARGV[2] the value
ARGV[3] seconds to live, 'null' for no expiry, '' as the namespace says
ARGV[4] '1' if reading renews it, else ''
ARGV[5] '' any, '*' only if it is there, '-' only if not, else only this version
ARGV[6] how long what an operation has done is remembered, milliseconds
ARGV[7] '1' if the text is to be kept, else ''
ARGV[8+] fixes, two each

Returns {DONE or CREATED, version, time, by, expires or '', sliding}; {CONFLICT} another version; {TTL_TOO_LONG, the
namespace's maximum, seconds}; {QUOTA} the namespace would hold too many bytes; {MISSING} the operation has written it already,
and it is deleted.
]]
if KEYS[4] then
  local done = redis.call('GET', KEYS[4])
  if done then
    audit('repeated')
    -- Deleted since. An expired one is still there.
    if redis.call('EXISTS', KEYS[2]) == 0 then return { CODE.MISSING } end
    return cjson.decode(done)
  end
end
local before = state_load(KEYS[2], KEYS[3])
local current = before and before.live and before or nil
if not state_matches(current, ARGV[5]) then
  audit('conflict')
  return { CODE.CONFLICT }
end
local ttl, most = state_ttl(ARGV[3])
if not ttl then
  audit('invalid')
  return { CODE.TTL_TOO_LONG, most }
end
local bytes = size_of(ARGV[1], ARGV[2])
if state_over(bytes) then
  audit('quota')
  return { CODE.QUOTA }
end
audit('ok')
local size = state_size(ARGV[1], KEYS[1], KEYS[3], before)
if before then
  size_supersede(size)
  state_archive(KEYS[3], before, state_text(KEYS[1], before))
end
redis.call('JSON.SET', KEYS[1], '$', ARGV[2], unpack(state_words))
if ARGV[8] then state_fix(KEYS[1], '$', 8, (#ARGV - 7) / 2) end
local version, time = state_change(ARGV[1], 'set')
local expires = state_expiry(ttl)
-- RedisJSON may write such a number otherwise.
local text = ARGV[7] == '1' and redis.call('JSON.GET', KEYS[1])
size_set(size, version, text and size_of(ARGV[1], text) or bytes, expires)
state_settle(KEYS[1], KEYS[2], KEYS[3], before, { version = version, time = time, op = 'set', expires = expires, ttl = ttl, sliding = ARGV[4], keep = ARGV[7] == '1', text = text, size = size })
state_finish()
local result = { current and CODE.DONE or CODE.CREATED, version, time, state_agent, expires, ARGV[4] }
if KEYS[4] then redis.call('SET', KEYS[4], cjson.encode(result), 'PX', ARGV[6]) end
return result
