--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/documents"
--- @include "lua/state-size"
--- @include "lua/state-left"
--[[
Deletes a document. Its history stays for its time, unless that is to go as well: then what is left of an expired or deleted
one goes too, and nothing that is written after it.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history

ARGV[1] the state key
ARGV[2] '' any, '*' any, else only this version
ARGV[3] '1' if its history goes as well

Returns {DONE}; {MISSING}; {CONFLICT} another version.
]]
local before = state_load(KEYS[2], KEYS[3])
local whole = ARGV[3] == '1'
if not before or not before.live then
  audit('missing')
  if whole then
    state_open()
    size_drop(before and size_read(before.size) or size_last(KEYS[3]))
    size_save()
    redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
    redis.call('ZREM', state_names, ARGV[1])
    left_drop(KEYS[3])
    state_note('e', ARGV[1])
  end
  return { CODE.MISSING }
end
if not state_matches(before, ARGV[2]) then
  audit('conflict')
  return { CODE.CONFLICT }
end
audit('ok')
state_open()
local size = whole and size_read(before.size) or state_size(ARGV[1], KEYS[1], KEYS[3], before)
if not whole then state_archive(KEYS[3], before, state_text(KEYS[1], before)) end
redis.call('DEL', KEYS[1], KEYS[2])
local version, time = state_change(ARGV[1], 'delete')
if whole then
  size_drop(size)
  redis.call('UNLINK', KEYS[3])
  left_drop(KEYS[3])
  state_note('e', ARGV[1])
else
  size_supersede(size)
  state_bury(KEYS[3], version, time, size)
  state_keep_history(KEYS[3])
  left_note(KEYS[3])
end
state_finish()
return { CODE.DONE }
