--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/versions"
--[[
Deletes the old versions of a memory, because they say what isn't to be said any more.

KEYS[1] the record

ARGV[1] the record's id

Returns how many there were.
]]
local record = KEYS[1]
local current = redis.call('JSON.GET', record, '$.memory.version')
if not current then return 0 end
local old = version_keys(record)
local json, vectors, versions = usage_of(record)
local ends = redis.call('PEXPIRETIME', record)
version_forget(record)
local count = 0
for version = cjson.decode(current)[1] - 1, 1, -1 do
  for _, key in ipairs(version_vectors(record, version)) do redis.call('DEL', key) end
  count = count + redis.call('DEL', old(version))
end
if versions > 0 then
  usage_leave(ARGV[1], json + vectors + versions, ends)
  usage_enter(ARGV[1], json + vectors, ends)
  redis.call('JSON.SET', record, '$.index.version_bytes', '0')
end
return count
