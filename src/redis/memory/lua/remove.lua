--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/versions"
--- @include "lua/timelines"
--- @include "lua/supersede"
--- @include "lua/erasure"
--- @include "lua/gone"
--- @include "lua/archive"
--[[
Removes a memory with its vectors, its old versions and its content hash; a fact leaves its timeline. What it stood for
goes with it or comes back, see supersede_fall. Of one that was published, it leaves a tombstone for its copies.

KEYS[1] the record; of an item by its key, what names its id

ARGV[1] expected version, or ''
ARGV[2] what precedes a content hash in its key
ARGV[3] id; of an item by its key ''
ARGV[4] what precedes a session in the key of its last turn
ARGV[5] what precedes an id in a record's key
ARGV[6] what follows it in the key of what is left of a memory
ARGV[7] the item's key, or ''
ARGV[8] '1' if it stays in case it was seen again, judged, published or used as a source since

Returns {DONE, id, how many notes erasure.lua made, '1' if there are copies to tell else '', ids that went ...} removed;
{MISSING}; {CONFLICT} another version, or it stays.
]]
local paths = { '$.memory.version', '$.memory.seen_count', '$.voices', '$.published', '$.derived' }
local id = ARGV[7] == '' and ARGV[3] or redis.call('GET', KEYS[1]) or ''
local current = redis.call('JSON.GET', ARGV[5] .. id, unpack(paths))
if not current then
  audit('missing', { ARGV[7] ~= '' and ARGV[7] or nil })
  return { CODE.MISSING }
end
current = cjson.decode(current)

local function taken_up()
  if current['$.memory.seen_count'][1] > 1 then return true end
  if next(current['$.voices'][1] or {}) or next(current['$.published'][1] or {}) then return true end
  for _, other in ipairs(current['$.derived'][1] or {}) do
    if redis.call('EXISTS', ARGV[5] .. other) == 1 then return true end
  end
  return false
end

-- An act by id has named it already.
local ids = ARGV[7] ~= '' and { id, ARGV[7] } or nil
local another = ARGV[1] ~= '' and current['$.memory.version'][1] ~= tonumber(ARGV[1])
if another or (ARGV[8] == '1' and taken_up()) then
  audit('conflict', ids)
  return { CODE.CONFLICT }
end
local gone, freed = {}, {}
supersede_fall(ARGV[5], id, gone, freed)
if #gone > 1 then ids = { id, ARGV[7] ~= '' and ARGV[7] or nil } end
for i = 2, #gone do table.insert(ids, gone[i]) end
audit('removed', ids)

local function remove(each)
  local record = ARGV[5] .. each
  local fields = { '$.memory.archived.segment', '$.index.hash', '$.index.turn', '$.index.timeline', '$.published', '$.derived', '$.memory.metadata', '$.memory.session_id', '$.memory.superseded_by' }
  local found = cjson.decode(redis.call('JSON.GET', record, unpack(fields)))
  usage_leave(each, usage_total(record), redis.call('PEXPIRETIME', record))
  version_forget(record)
  for _, key in ipairs(version_all(record)) do redis.call('DEL', key) end
  redis.call('DEL', record)
  -- The identity of a superseded memory may belong to another one now. What stands for it couldn't find it any more.
  local hash = ARGV[2] .. found['$.index.hash'][1]
  local owner = redis.call('GET', hash)
  if owner and (owner == each or owner == id or owner == found['$.memory.superseded_by'][1]) then redis.call('DEL', hash) end
  redis.call('HDEL', usage_uses, each)
  archive_leave(record, found['$.memory.archived.segment'][1])
  gone_note(usage_named('gone'), 'm ' .. each)
  if next(found['$.derived'][1] or {}) then erasure_note('m ' .. each) end
  -- A promotion's memory of a session: the running summary says the same.
  local incarnation = string.match(found['$.memory.metadata'][1] or '', '^{"summary":.*"incarnation":"(%w+)"')
  local of = found['$.memory.session_id'][1]
  if incarnation and type(of) == 'string' then erasure_note('r ' .. incarnation .. ' ' .. of) end
  local session = found['$.index.turn'][1]
  if session then
    local turn = ARGV[4] .. session
    if redis.call('GET', turn) == each then redis.call('DEL', turn) end
  end
  if found['$.index.timeline'][1] then
    fact_leave(fact_keys(record) .. found['$.index.timeline'][1], ARGV[5], each, now)
  end
  local published = found['$.published'][1] or {}
  if not next(published) then return false end
  local left = { published = published, deleted_at = now, index = { publish_at = now } }
  redis.call('JSON.SET', record .. ARGV[6], '$', cjson.encode(left))
  return true
end

local told = remove(id)
-- The sweep updates the copies of these.
for i = 2, #gone do remove(gone[i]) end
for _, each in ipairs(freed) do supersede_undo(ARGV[5] .. each, each, {}) end
return { CODE.DONE, id, tostring(erasure_count), told and '1' or '', unpack(gone) }
