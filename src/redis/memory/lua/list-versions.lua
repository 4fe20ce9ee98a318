--- @include "lua/audit"
--- @include "lua/version-keys"
--[[
Reads the versions of a memory, the newest first.

KEYS[1] the record

ARGV[1] below which version; '' for all
ARGV[2] how many at most

Returns what JSON.GET $.memory does for each; false if there is no such memory.
]]
local current = redis.call('JSON.GET', KEYS[1], '$.memory')
audit(current and 'ok' or 'missing')
if not current then return false end
local old = version_keys(KEYS[1])
local latest = cjson.decode(current)[1].version
local version = math.min(latest, ARGV[1] == '' and latest or tonumber(ARGV[1]) - 1)
local found = {}
while version >= 1 and #found < tonumber(ARGV[2]) do
  local document = version == latest and current or redis.call('JSON.GET', old(version), '$.memory')
  if not document then break end
  table.insert(found, document)
  version = version - 1
end
return found
