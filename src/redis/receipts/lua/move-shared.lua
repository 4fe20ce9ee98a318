--[[
Notes that a home holds no receipts of the namespace from before a time.

KEYS[1] the namespace's notes: see note-shared.lua

ARGV[1]  the time, milliseconds since the epoch
ARGV[2+] homes

Returns how many of them have a note.
]]
local moved = 0
for i = 2, #ARGV do
  local since = redis.call('HGET', KEYS[1], ARGV[i])
  if since then
    moved = moved + 1
    if tonumber(since) < tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[1]) end
  end
end
return moved
