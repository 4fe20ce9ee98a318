--- @include "lua/numbers"
--[[
Notes, before a receipt of several namespaces is kept, that it is also of this one: a deletion of the namespace looks for such
receipts from then on. The note ends after all of them.

KEYS[1] the namespace's notes, a hash: by each home, the time from which on it may hold such receipts

ARGV[1] the home: ~<seconds that its receipts are kept>, and of those of one hour .<hour since the epoch>
ARGV[2] when, milliseconds since the epoch
ARGV[3] how long the receipt is kept, milliseconds

Returns 1 if it is the home's first note, else 0.
]]
local first = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
local keep = tonumber(ARGV[3])
if first == 1 then
  -- A namespace that is always in use would keep the notes of each hour.
  for _, home in ipairs(redis.call('HKEYS', KEYS[1])) do
    local seconds, hour = string.match(home, '^~(%d+)%.(%d+)$')
    if hour and (hour + 1) * 3600000 + seconds * 1125 < tonumber(ARGV[2]) then redis.call('HDEL', KEYS[1], home) end
  end
end
if redis.call('PTTL', KEYS[1]) < keep then redis.call('PEXPIRE', KEYS[1], int(keep * 1.125)) end
return first
