--- @include "lua/usage"
--- @include "lua/vector-fields"
--[[
Gives a memory vectors that were computed after it was stored. They count, but no quota refuses them: the memory was
taken in, and is to be found by its meaning.

KEYS[1]  the record
KEYS[2+] one hash per vector

ARGV[1]  the version that was embedded
ARGV[2]  a JSON merge patch for the record: status, model, due time
ARGV[3]  the context that was embedded with it, or ''
ARGV[4+] one vector per key in KEYS[2+]

Returns 1 if it was done, 0 if the memory is gone, or has another version or context.
]]
local current = redis.call('JSON.GET', KEYS[1], '$.memory.version', '$.index.preceding')
if not current then return 0 end
current = cjson.decode(current)
if current['$.memory.version'][1] ~= tonumber(ARGV[1]) then return 0 end
if (current['$.index.preceding'][1] or '') ~= ARGV[3] then return 0 end

local expiry = redis.call('PEXPIRETIME', KEYS[1])
vector_write(KEYS[1], KEYS, 2, ARGV, 4)
for i = 2, #KEYS do
  if expiry > 0 then redis.call('PEXPIREAT', KEYS[i], string.format('%d', expiry)) end
end
if usage_vectors then
  local id = string.match(KEYS[1], '[^:]+$')
  local json, vectors, versions = usage_of(KEYS[1])
  usage_leave(id, json + vectors + versions, expiry)
  usage_enter(id, json + usage_vectors + versions, expiry)
end
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[2])
return 1
