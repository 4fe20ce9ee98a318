--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/documents"
--- @include "lua/state-size"
--[[
Applies a JSON merge patch to a document.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history
KEYS[4] a key of this script's own

ARGV[1] the state key
ARGV[2] the patch
ARGV[3] seconds to live, 'null' for no expiry, '' as long as it would have
ARGV[4] '' any, '*' any, else only this version
ARGV[5] how large the value may become, bytes
ARGV[6] '1' if the text is to be kept, else ''
ARGV[7] how many fixes
ARGV[8+] fixes, two each, then arrays to be set again, two each

Returns {DONE, version, time, by, expires or '', sliding, value}; {MISSING}; {CONFLICT} another version; {TTL_TOO_LONG,
the namespace's maximum, seconds}; {TOO_LARGE}; {QUOTA} the namespace would hold too many bytes; {DRIFTED, version, text} the document must be mended before.
]]
local before = state_load(KEYS[2], KEYS[3])
if not before or not before.live then
  audit('missing')
  return { CODE.MISSING }
end
if not state_matches(before, ARGV[4]) then
  audit('conflict')
  return { CODE.CONFLICT }
end
local text = state_drift(KEYS[1], before)
if text then return { CODE.DRIFTED, before.version, text } end
local ttl, expires = before.ttl, before.expires
if ARGV[3] ~= '' then
  local most
  ttl, most = state_ttl(ARGV[3])
  if not ttl then
    audit('invalid')
    return { CODE.TTL_TOO_LONG, most }
  end
  expires = state_expiry(ttl)
end
local old = redis.call('JSON.GET', KEYS[1])

local function merge(doc)
  redis.call('JSON.MERGE', doc, '$', ARGV[2])
  local fixes = tonumber(ARGV[7])
  state_widen(doc, '$', 8 + 2 * fixes, (#ARGV - 7) / 2 - fixes)
  state_fix(doc, '$', 8, fixes)
  return redis.call('JSON.GET', doc)
end

local value
local most = #old + #ARGV[2]
-- An outcome that could be too large is made aside, so that it is never visible.
if most > tonumber(ARGV[5]) or state_over(size_of(ARGV[1], '') + most) then
  redis.call('COPY', KEYS[1], KEYS[4], 'REPLACE')
  redis.call('PEXPIRE', KEYS[4], 10000)
  value = merge(KEYS[4])
  if #value > tonumber(ARGV[5]) then
    redis.call('DEL', KEYS[4])
    audit('invalid')
    return { CODE.TOO_LARGE }
  end
  if state_over(size_of(ARGV[1], value)) then
    redis.call('DEL', KEYS[4])
    audit('quota')
    return { CODE.QUOTA }
  end
  audit('ok')
  redis.call('RENAME', KEYS[4], KEYS[1])
  redis.call('PERSIST', KEYS[1])
else
  audit('ok')
  value = merge(KEYS[1])
end
local size = state_size(ARGV[1], KEYS[1], KEYS[3], before, old)
size_supersede(size)
state_archive(KEYS[3], before, old)
local version, time = state_change(ARGV[1], 'merge')
size_set(size, version, size_of(ARGV[1], value), expires)
state_settle(KEYS[1], KEYS[2], KEYS[3], before, { version = version, time = time, op = 'merge', expires = expires, ttl = ttl, sliding = before.sliding, keep = ARGV[6] == '1' or before.text, size = size })
state_finish()
return { CODE.DONE, version, time, state_agent, expires, before.sliding, value }
