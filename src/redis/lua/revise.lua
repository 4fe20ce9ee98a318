--[[
Makes the next version of a memory, if it still has the expected one.

KEYS[1]  the record
KEYS[2+] one hash per vector of the next content; none if the vectors stay

ARGV[1]  id
ARGV[2]  expected version
ARGV[3]  what precedes a model in a vector's key
ARGV[4]  what precedes an id in a record's key
ARGV[5]  a JSON merge patch for the record
ARGV[6]  expiry, milliseconds since the epoch; '' for none, 'keep' for the one it has
ARGV[7]  namespace
ARGV[8]  facets, joined by commas
ARGV[9]  timestamp, milliseconds since the epoch
ARGV[10] '1' if the vectors are replaced, '0' if they stay
ARGV[11] what precedes a content hash in its key
ARGV[12] the content hash of the next version, or '' if the content stays
ARGV[13] length prior
ARGV[14] what stands between the model and the passage number in a vector's key
ARGV[15+] one vector per key in KEYS[2+]

Returns {0, published} revised, where published is '1' if there are copies to carry it to, else ''; {1} missing,
{2} another version, {3, id} the content is another memory's, {4, quota} it would break that quota.
]]
local paths = { '$.memory.version', '$.memory.embedding.model', '$.index.passages', '$.index.hash', '$.published' }
local current = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not current then
  audit('missing')
  return { 1 }
end
current = cjson.decode(current)
if current['$.memory.version'][1] ~= tonumber(ARGV[2]) then
  audit('conflict')
  return { 2 }
end

local bytes, of_vectors = usage_of(KEYS[1])
local next_bytes = usage_json + (usage_vectors or of_vectors)
bytes = bytes + of_vectors
local broken = usage_over(0, next_bytes - bytes)
if broken then
  audit('quota')
  return { 4, broken }
end

local ends = redis.call('PEXPIRETIME', KEYS[1])
local expiry = ARGV[6]
if expiry == 'keep' then
  expiry = ends > 0 and ends or ''
end

local hash = ARGV[11] .. current['$.index.hash'][1]
if ARGV[12] ~= '' and ARGV[11] .. ARGV[12] ~= hash then
  local next_hash = ARGV[11] .. ARGV[12]
  local other = redis.call('GET', next_hash)
  if other and redis.call('EXISTS', ARGV[4] .. other) == 1 then
    audit('duplicate')
    return { 3, other }
  end
  audit('revised')
  redis.call('DEL', hash)
  redis.call('SET', next_hash, ARGV[1])
  hash = next_hash
else
  audit('revised')
end

usage_leave(ARGV[1], bytes, ends)
usage_enter(ARGV[1], next_bytes, expiry)
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[5])
local published = next(current['$.published'][1] or {}) and '1' or ''
if published == '1' then redis.call('JSON.MERGE', KEYS[1], '$.index', string.format('{"publish_at":%d}', now)) end

-- The vectors that are there: of the model that made them, whichever this service has.
local stored = {}
local model = current['$.memory.embedding.model'][1]
for passage = 0, type(model) == 'string' and current['$.index.passages'][1] - 1 or -1 do
  table.insert(stored, ARGV[3] .. model .. ARGV[14] .. passage)
end

local touched = { KEYS[1], hash }
if ARGV[10] == '1' then
  for _, key in ipairs(stored) do redis.call('DEL', key) end
  for i = 2, #KEYS do redis.call('HSET', KEYS[i], 'v', ARGV[13 + i]) end
  stored = { unpack(KEYS, 2) }
end
for _, key in ipairs(stored) do
  redis.call('HSET', key, 'ns', ARGV[7], 'facets', ARGV[8], 'time', ARGV[9], 'prior', ARGV[13])
  table.insert(touched, key)
end
for _, key in ipairs(touched) do
  if expiry == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, expiry) end
end
return { 0, published }
