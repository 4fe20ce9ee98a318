--[[
Deletes the originals of tokens that no text shows.

KEYS[1] the originals, see keep.lua

ARGV[1]  those that a write has used at this time or later stay, milliseconds since the epoch
ARGV[2+] tokens

Returns how many were deleted.
]]
local count = 0
for at = 2, #ARGV do
  local kept = redis.call('HGET', KEYS[1], ARGV[at])
  if kept and (tonumber(string.match(kept, '^%d+ ') or 0)) < tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], ARGV[at])
    count = count + 1
  end
end
return count
