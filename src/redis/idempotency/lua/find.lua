--- @include "lua/clock"
--[[
Finds the answers that hold a deleted subject, a page at a time. The first page marks the deletion, for answers of
requests that read the subject before and note it later: see note.lua.

KEYS[1] the answers that hold the subject
KEYS[2] the subject's last deletion

ARGV[1] how long the mark lasts, milliseconds
ARGV[2] how many answers are passed over
ARGV[3] how many are returned at most
ARGV[4] until when they were noted, milliseconds; '' until now, the first page

Returns {until when they were noted, operations ...}.
]]
local till = ARGV[4]
if till == '' then
  till = string.format('%.0f', now)
  redis.call('SET', KEYS[2], till, 'PX', ARGV[1])
end
return { till, unpack(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', till, 'LIMIT', ARGV[2], ARGV[3])) }
