--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--[[
Writes an old version of a memory that this import has written just now; part of that act.

KEYS[1]  the record
KEYS[2]  the old version
KEYS[3]  what was deleted in the namespace, a sorted set of members by when
KEYS[4+] one hash per vector

ARGV[1]  the import's id
ARGV[2]  the document
ARGV[3]  its version
ARGV[4]  until when it is kept, milliseconds since the epoch, or '' for as long as its memory
ARGV[5]  '1' if what was deleted here comes back
ARGV[6+] one vector per hash in KEYS[4+]

Returns 1; 0 where the record isn't this import's (any more), or it is over, or was deleted here, or older than those
that a memory keeps; -1 if a quota refuses it.
]]
local import, document, version, kept_until = unpack(ARGV, 1, 4)
local record, old, gone = unpack(KEYS, 1, 3)
local found = redis.call('JSON.GET', record, '$.imported', '$.memory.version')
found = found and cjson.decode(found)
local by = found and found['$.imported'][1]
if not by or string.match(by, '^(.+):%d+$') ~= import then return 0 end
if tonumber(version) < found['$.memory.version'][1] - VERSION_MOST then return 0 end
if redis.call('EXISTS', old) == 1 then return 1 end
local purged = ARGV[5] ~= '1' and redis.call('ZSCORE', gone, 'h ' .. string.match(record, '[^:]+$'))
if purged and (tonumber(cjson.decode(document).memory.superseded_at) or 0) <= tonumber(purged) then return 0 end
local ends = tonumber(kept_until ~= '' and kept_until or nil)
if ends and ends <= now then return 0 end

local bytes, id = usage_json + usage_vectors, string.match(record, '[^:]+$')
if usage_over(0, bytes) then return -1 end
local json, vectors, versions = usage_of(record)
local expiry = redis.call('PEXPIRETIME', record)
usage_leave(id, json + vectors + versions, expiry)
usage_enter(id, json + vectors + versions + bytes, expiry)
redis.call('JSON.MERGE', record, '$.index', '{"version_bytes":' .. string.format('%d', versions + bytes) .. '}')

redis.call('JSON.SET', old, '$', document)
local keys = { old }
vector_write(old, KEYS, 4, ARGV, 6)
for i = 4, #KEYS do table.insert(keys, KEYS[i]) end
for _, key in ipairs(keys) do
  if expiry > 0 then redis.call('PEXPIREAT', key, string.format('%d', expiry)) end
  if ends then redis.call('PEXPIREAT', key, string.format('%d', ends), 'LT') end
end
if ends then redis.call('ZADD', usage_versions, string.format('%d', ends), version_member(record, version, bytes)) end
return 1
