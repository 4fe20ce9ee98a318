--- @include "lua/clock"
--[[
Notes that a write uses tokens whose originals are there.

KEYS[1] the originals, see keep.lua

ARGV tokens

Returns how many are there.
]]
local count = 0
local used = string.format('%d ', now)
for _, token in ipairs(ARGV) do
  local kept = redis.call('HGET', KEYS[1], token)
  if kept then
    redis.call('HSET', KEYS[1], token, used .. string.gsub(kept, '^%d+ ', '', 1))
    count = count + 1
  end
end
return count
