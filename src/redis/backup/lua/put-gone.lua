--- @include "lua/gone"
--[[
Notes that receipts are gone, as lua/gone.lua does.

KEYS[1] the namespace's notes

ARGV[1] what is gone
ARGV[2] since when, milliseconds since the epoch

Returns 1.
]]
gone_note(KEYS[1], ARGV[1], ARGV[2])
return 1
