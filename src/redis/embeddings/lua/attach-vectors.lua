--- @include "lua/usage"
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
local paths = { '$.memory.version', '$.memory.timestamp', '$.index.ns', '$.index.facets', '$.index.prior', '$.index.preceding', '$.index.since', '$.index.until', '$.index.valid_from', '$.index.valid_to' }
local current = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not current then return 0 end
current = cjson.decode(current)
if current['$.memory.version'][1] ~= tonumber(ARGV[1]) then return 0 end
if (current['$.index.preceding'][1] or '') ~= ARGV[3] then return 0 end

local facets = table.concat(current['$.index.facets'][1], ',')
-- For a superseded memory, another name than its namespace's.
local fields = { 'ns', current['$.index.ns'][1], 'facets', facets, 'prior', current['$.index.prior'][1] }
for name, value in pairs({ time = current['$.memory.timestamp'][1], since = current['$.index.since'][1], ['until'] = current['$.index.until'][1], valid_from = current['$.index.valid_from'][1], valid_to = current['$.index.valid_to'][1] }) do
  if type(value) == 'number' then
    table.insert(fields, name)
    table.insert(fields, string.format('%d', value))
  end
end
local expiry = redis.call('PEXPIRETIME', KEYS[1])
for i = 2, #KEYS do
  redis.call('HSET', KEYS[i], 'v', ARGV[i + 2], unpack(fields))
  if expiry > 0 then redis.call('PEXPIREAT', KEYS[i], expiry) end
end
if usage_vectors then
  local id = string.match(KEYS[1], '[^:]+$')
  local json, vectors, versions = usage_of(KEYS[1])
  usage_leave(id, json + vectors + versions, expiry)
  usage_enter(id, json + usage_vectors + versions, expiry)
end
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[2])
return 1
