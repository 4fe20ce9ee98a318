--[[
Removes a memory with its vectors and its content hash. Of one that was published, it leaves behind what its copies
have to hear of.

KEYS[1] the record
KEYS[2] what is left of it

ARGV[1] expected version, or ''
ARGV[2] what precedes a content hash in its key
ARGV[3] what precedes a model in a vector's key
ARGV[4] what stands between the model and the passage number in it
ARGV[5] id
ARGV[6] what precedes a session in the key of its last turn

Returns 0 removed, 1 missing, 2 another version, 3 removed and there are copies to tell.
]]
local paths = { '$.memory.version', '$.memory.embedding.model', '$.index.hash', '$.index.passages', '$.index.turn', '$.published' }
local current = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not current then
  audit('missing')
  return 1
end
current = cjson.decode(current)
if ARGV[1] ~= '' and current['$.memory.version'][1] ~= tonumber(ARGV[1]) then
  audit('conflict')
  return 2
end
audit('removed')
local bytes, of_vectors = usage_of(KEYS[1])
usage_leave(ARGV[5], bytes + of_vectors, redis.call('PEXPIRETIME', KEYS[1]))

redis.call('DEL', KEYS[1], ARGV[2] .. current['$.index.hash'][1])
local model = current['$.memory.embedding.model'][1]
for passage = 0, type(model) == 'string' and current['$.index.passages'][1] - 1 or -1 do
  redis.call('DEL', ARGV[3] .. model .. ARGV[4] .. passage)
end
local session = current['$.index.turn'][1]
if session then
  local turn = ARGV[6] .. session
  if redis.call('GET', turn) == ARGV[5] then redis.call('DEL', turn) end
end
local published = current['$.published'][1] or {}
if not next(published) then return 0 end
local left = { published = published, deleted_at = now, index = { publish_at = now } }
redis.call('JSON.SET', KEYS[2], '$', cjson.encode(left))
return 3
