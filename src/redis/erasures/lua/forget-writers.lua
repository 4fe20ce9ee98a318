--[[
Puts another word in place of agents' names where it is noted who wrote in a namespace first, see usage_others of lua/usage.lua, and
who began its runs of consolidation. That another agent wrote there stays known.

KEYS[1]  how much the namespace holds
KEYS[2+] its runs

ARGV[1]  the word
ARGV[2+] the names

Returns how many it replaced.
]]
local word, replaced, names = ARGV[1], 0, {}
for i = 2, #ARGV do names[ARGV[i]] = true end

local function forget(key, field)
  if not names[redis.call('HGET', key, field) or ''] then return end
  redis.call('HSET', key, field, word)
  replaced = replaced + 1
end

forget(KEYS[1], 'author')
forget(KEYS[1], 'other')
for i = 2, #KEYS do forget(KEYS[i], 'agent') end
return replaced
