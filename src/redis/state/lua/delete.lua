--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/documents"
--[[
Deletes a document. Its history stays for its time.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history

ARGV[1] the state key
ARGV[2] '' any, '*' any, else only this version

Returns {DONE}; {MISSING}; {CONFLICT} another version.
]]
local before = state_load(KEYS[2], KEYS[3])
if not before or not before.live then
  audit('missing')
  return { CODE.MISSING }
end
if not state_matches(before, ARGV[2]) then
  audit('conflict')
  return { CODE.CONFLICT }
end
audit('ok')
state_archive(KEYS[3], before, state_text(KEYS[1], before))
redis.call('DEL', KEYS[1], KEYS[2])
local version, time = state_change(ARGV[1], 'delete')
state_bury(KEYS[3], version, time)
state_keep_history(KEYS[3])
state_finish()
return { CODE.DONE }
