--[[
Removes a memory with its vectors, its old versions and its content hash; a fact leaves its timeline. Of one that was published, it leaves behind what its copies
have to hear of.

KEYS[1] the record; of an item by its key, what names its id

ARGV[1] expected version, or ''
ARGV[2] what precedes a content hash in its key
ARGV[3] id; of an item by its key ''
ARGV[4] what precedes a session in the key of its last turn
ARGV[5] what precedes an id in a record's key
ARGV[6] what follows it in the key of what is left of a memory
ARGV[7] the item's key, or ''

Returns {0, id} removed, {1} missing, {2} another version, {3, id} removed and there are copies to tell.
]]
local paths = { '$.memory.version', '$.index.hash', '$.index.turn', '$.index.timeline', '$.published' }
local id = ARGV[7] == '' and ARGV[3] or redis.call('GET', KEYS[1]) or ''
local record = ARGV[5] .. id
local current = redis.call('JSON.GET', record, unpack(paths))
if not current then
  audit('missing', { ARGV[7] ~= '' and ARGV[7] or nil })
  return { 1 }
end
current = cjson.decode(current)
-- An act by id has named it already.
local ids = ARGV[7] ~= '' and { id, ARGV[7] } or nil
if ARGV[1] ~= '' and current['$.memory.version'][1] ~= tonumber(ARGV[1]) then
  audit('conflict', ids)
  return { 2 }
end
audit('removed', ids)
usage_leave(id, usage_total(record), redis.call('PEXPIRETIME', record))

version_forget(record)
for _, key in ipairs(version_all(record)) do redis.call('DEL', key) end
redis.call('DEL', record)
-- Of what was superseded, another memory may have the content by now.
local hash = ARGV[2] .. current['$.index.hash'][1]
if redis.call('GET', hash) == id then redis.call('DEL', hash) end
redis.call('HDEL', usage_uses, id)
local session = current['$.index.turn'][1]
if session then
  local turn = ARGV[4] .. session
  if redis.call('GET', turn) == id then redis.call('DEL', turn) end
end
if current['$.index.timeline'][1] then
  fact_leave(fact_keys(record) .. current['$.index.timeline'][1], ARGV[5], id, now)
end
local published = current['$.published'][1] or {}
if not next(published) then return { 0, id } end
local left = { published = published, deleted_at = now, index = { publish_at = now } }
redis.call('JSON.SET', record .. ARGV[6], '$', cjson.encode(left))
return { 3, id }
