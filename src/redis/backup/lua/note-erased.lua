--- @include "lua/audit"
--- @include "lua/gone"
--[[
Notes what an export says is gone, as lua/gone.lua does.

KEYS[1] the namespace's notes

ARGV[1] what is gone
ARGV[2] since when, milliseconds since the epoch
ARGV[3] what stands for it in the audit trail

Returns 1 if it is new here, else 0; -1 if there are as many notes as there may be: an import drives out none.
]]
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  audit('unchanged', { ARGV[3] })
  gone_note(KEYS[1], ARGV[1], ARGV[2])
  return 0
end
if redis.call('ZCARD', KEYS[1]) >= GONE_MOST then
  audit('quota', { ARGV[3] })
  return -1
end
audit('ok', { ARGV[3] })
gone_note(KEYS[1], ARGV[1], ARGV[2])
return 1
