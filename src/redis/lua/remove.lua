--[[
Removes a memory with its vectors, its old versions and its content hash. Of one that was published, it leaves behind what its copies
have to hear of.

KEYS[1] the record
KEYS[2] what is left of it

ARGV[1] expected version, or ''
ARGV[2] what precedes a content hash in its key
ARGV[3] id
ARGV[4] what precedes a session in the key of its last turn

Returns 0 removed, 1 missing, 2 another version, 3 removed and there are copies to tell.
]]
local paths = { '$.memory.version', '$.index.hash', '$.index.turn', '$.published' }
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
usage_leave(ARGV[3], usage_total(KEYS[1]), redis.call('PEXPIRETIME', KEYS[1]))

for _, key in ipairs(version_all(KEYS[1])) do redis.call('DEL', key) end
redis.call('DEL', KEYS[1], ARGV[2] .. current['$.index.hash'][1])
redis.call('HDEL', usage_uses, ARGV[3])
local session = current['$.index.turn'][1]
if session then
  local turn = ARGV[4] .. session
  if redis.call('GET', turn) == ARGV[3] then redis.call('DEL', turn) end
end
local published = current['$.published'][1] or {}
if not next(published) then return 0 end
local left = { published = published, deleted_at = now, index = { publish_at = now } }
redis.call('JSON.SET', KEYS[2], '$', cjson.encode(left))
return 3
