--- @include "lua/changes"
--- @include "lua/evidence"
--[[
Notes that memories of one namespace say the same as a new one: each author corroborates what the other wrote.

KEYS[1]  the new one's record
KEYS[2+] the others' records

ARGV[1]  the version that was compared
ARGV[2]  how many agents are noted of a memory
ARGV[3+] for each record the version that was compared

Returns 1, or 0 if the new one is gone or has another version; then it isn't settled either.
]]
local paths = { '$.memory.version', '$.memory.source_agent' }
local current = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not current then return 0 end
current = cjson.decode(current)
if current['$.memory.version'][1] ~= tonumber(ARGV[1]) then return 0 end
local author, agents = current['$.memory.source_agent'][1], {}
for i = 2, #KEYS do
  local other = redis.call('JSON.GET', KEYS[i], unpack(paths))
  other = other and cjson.decode(other)
  if other and other['$.memory.version'][1] == tonumber(ARGV[i + 1]) then
    table.insert(agents, other['$.memory.source_agent'][1])
    trust_corroborate(KEYS[i], { author }, tonumber(ARGV[2]))
  end
end
trust_corroborate(KEYS[1], agents, tonumber(ARGV[2]))
redis.call('JSON.DEL', KEYS[1], '$.index.corroborate_at')
return 1
