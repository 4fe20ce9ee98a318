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

ARGV[1]  by which the record is known as this import's
ARGV[2]  the document
ARGV[3]  its version
ARGV[4]  until when it is kept, milliseconds since the epoch, or '' for as long as its memory
ARGV[5]  when its memory ends, or ''
ARGV[6+] one vector per hash in KEYS[3+]

Returns 1, or 0 where the record isn't this import's (any more), or it is over.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.imported')
if not found or cjson.decode(found)[1] ~= ARGV[1] then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
local ends = tonumber(ARGV[4] ~= '' and ARGV[4] or nil)
if ends and ends <= now then return 0 end

local bytes, id = usage_json + usage_vectors, string.match(KEYS[1], '[^:]+$')
local json, vectors, versions = usage_of(KEYS[1])
local expiry = redis.call('PEXPIRETIME', KEYS[1])
usage_leave(id, json + vectors + versions, expiry)
usage_enter(id, json + vectors + versions + bytes, expiry)
redis.call('JSON.MERGE', KEYS[1], '$.index', '{"version_bytes":' .. string.format('%d', versions + bytes) .. '}')

redis.call('JSON.SET', KEYS[2], '$', ARGV[2])
local keys = { KEYS[2] }
vector_write(KEYS[2], KEYS, 3, ARGV, 6)
for i = 3, #KEYS do table.insert(keys, KEYS[i]) end
for _, key in ipairs(keys) do
  if expiry > 0 then redis.call('PEXPIREAT', key, string.format('%d', expiry)) end
  if ends then redis.call('PEXPIREAT', key, string.format('%d', ends), 'LT') end
end
if ends then redis.call('ZADD', usage_versions, string.format('%d', ends), version_member(KEYS[1], ARGV[3], bytes)) end
return 1
