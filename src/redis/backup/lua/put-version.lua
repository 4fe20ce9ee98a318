--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/usage"
--- @include "lua/vector-fields"
--- @include "lua/versions"
--[[
Writes an old version of a memory that this import has written just now; part of that act. It counts, but no quota refuses it: its
memory was taken in.

KEYS[1]  the record
KEYS[2]  the old version
KEYS[3+] one hash per vector

ARGV[1]  the import's id
ARGV[2]  the document
ARGV[3]  its version
ARGV[4]  until when it is kept, milliseconds since the epoch, or '' for as long as its memory
ARGV[5+] one vector per hash in KEYS[3+]

Returns 1, or 0 where the record isn't this import's (any more), or it is over.
]]
local import, document, version, kept_until = unpack(ARGV, 1, 4)
local record, old = unpack(KEYS, 1, 2)
local found = redis.call('JSON.GET', record, '$.imported')
local by = found and cjson.decode(found)[1]
if not by or string.match(by, '^(.+):%d+$') ~= import then return 0 end
if redis.call('EXISTS', old) == 1 then return 1 end
local ends = tonumber(kept_until ~= '' and kept_until or nil)
if ends and ends <= now then return 0 end

local bytes, id = usage_json + usage_vectors, string.match(record, '[^:]+$')
local json, vectors, versions = usage_of(record)
local expiry = redis.call('PEXPIRETIME', record)
usage_leave(id, json + vectors + versions, expiry)
usage_enter(id, json + vectors + versions + bytes, expiry)
redis.call('JSON.MERGE', record, '$.index', '{"version_bytes":' .. string.format('%d', versions + bytes) .. '}')

redis.call('JSON.SET', old, '$', document)
local keys = { old }
vector_write(old, KEYS, 3, ARGV, 5)
for i = 3, #KEYS do table.insert(keys, KEYS[i]) end
for _, key in ipairs(keys) do
  if expiry > 0 then redis.call('PEXPIREAT', key, string.format('%d', expiry)) end
  if ends then redis.call('PEXPIREAT', key, string.format('%d', ends), 'LT') end
end
if ends then redis.call('ZADD', usage_versions, string.format('%d', ends), version_member(record, version, bytes)) end
return 1
