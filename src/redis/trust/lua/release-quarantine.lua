--- @include "lua/changes"
--- @include "lua/audit"
--- @include "lua/evidence"
--[[
Lets a published copy out of quarantine.

KEYS[1] the record

ARGV[1] the facet of what is in quarantine

Returns what JSON.GET KEYS[1] $.memory does, also to a retry, which changes nothing; false if there is no such memory.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.memory.quarantined')
if not found then
  audit('missing')
  return false
end
-- It may be held again since, because it says another thing.
if audit_done() then
  audit('repeated')
  return redis.call('JSON.GET', KEYS[1], '$.memory')
end
local held = cjson.decode(found)[1]
audit(held and 'released' or 'ok')
if held then trust_release(KEYS[1], ARGV[1]) end
audit_note('release')
return redis.call('JSON.GET', KEYS[1], '$.memory')
