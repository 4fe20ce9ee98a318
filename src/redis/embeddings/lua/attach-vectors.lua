--- @include "lua/changes"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--[[
Gives a memory, or an old version of one, vectors that were computed after it was stored. They count, but no quota refuses
them: the memory was taken in, and is to be found by its meaning. Beside vectors of another model, they are a second set,
which counts once it is the only one.

KEYS[1]  the record, or the old version
KEYS[2+] one hash per vector

ARGV[1]  the version that was embedded
ARGV[2]  the context that was embedded with it, or ''
ARGV[3]  the SHA-1 of the content that was embedded: a rewriting changes that without a new version
ARGV[4]  the model that embedded it, or ''
ARGV[5]  'complete', or 'refused' with no vectors; '' if nothing is known
ARGV[6]  when a sweep should look at it again, milliseconds since the epoch; '' for never, 'keep' if that stays
ARGV[7+] one vector per key in KEYS[2+]

Returns 1 if it was done, 0 if the memory is gone or archived, or has another version, context or content.
]]
local current = redis.call('JSON.GET', KEYS[1], '$.memory.version', '$.index.preceding', '$.memory.archived', '$.memory.content')
if not current then return 0 end
current = cjson.decode(current)
if current['$.memory.version'][1] ~= tonumber(ARGV[1]) then return 0 end
if (current['$.index.preceding'][1] or '') ~= ARGV[2] then return 0 end
if current['$.memory.archived'][1] then return 0 end
if redis.sha1hex(current['$.memory.content'][1]) ~= ARGV[3] then return 0 end

local model, status, due = unpack(ARGV, 4, 6)
local record, old = version_of(KEYS[1])
local own, also = unpack(version_sets(record, old))
local second = own and model ~= '' and own.model ~= model
local before = second and also or not second and own

-- More passages than there are now, or those of a third model, which is no longer in use.
local kept = {}
for i = 2, #KEYS do kept[KEYS[i]] = true end
for _, key in ipairs((#KEYS > 1 or second) and status ~= 'refused' and version_keys_of(record, old, before) or {}) do
  if not kept[key] then redis.call('DEL', key) end
end

local expiry, bytes = redis.call('PEXPIRETIME', KEYS[1]), 0
vector_write(KEYS[1], KEYS, 2, ARGV, 7)
for i = 2, #KEYS do
  bytes = bytes + #ARGV[i + 5]
  if expiry > 0 then redis.call('PEXPIREAT', KEYS[i], string.format('%d', expiry)) end
end

local index, memory = {}, nil
if due ~= 'keep' and not old then index.embed_at = due == '' and cjson.null or tonumber(due) end
if second and status == 'complete' then
  index.also = { model = model, passages = #KEYS - 1, bytes = bytes }
elseif second and status == 'refused' and not (also and also.model == model) then
  index.also = { model = model, passages = 0, bytes = 0 }
elseif not second and status == 'complete' then
  memory = { embedding = { status = status, model = model } }
  index.passages, index.vector_bytes = #KEYS - 1, bytes
elseif not second and status == 'refused' then
  memory = { embedding = { status = status } }
end
if index.vector_bytes and not old then
  local id = string.match(KEYS[1], '[^:]+$')
  local json, _, versions = usage_of(KEYS[1])
  usage_leave(id, usage_total(KEYS[1]), expiry)
  usage_enter(id, json + bytes + versions, expiry)
end
redis.call('JSON.MERGE', KEYS[1], '$', cjson.encode({ memory = memory, index = index }))
return 1
