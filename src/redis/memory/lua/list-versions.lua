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
local latest = cjson.decode(current)[1].version
local below, most = ARGV[1] == '' and latest + 1 or tonumber(ARGV[1]), tonumber(ARGV[2])
local found = { below > latest and current or nil }
for version, kept in version_each(KEYS[1], latest) do
  if #found >= most then break end
  if version < below then table.insert(found, redis.call('JSON.GET', kept, '$.memory')) end
end
return found
