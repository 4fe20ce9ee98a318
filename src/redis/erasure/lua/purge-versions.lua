--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/usage"
--- @include "lua/version-keys"
--- @include "lua/versions"
--- @include "lua/gone"
--- @include "lua/numbers"
--[[
Deletes old versions of a memory, because they say what isn't to be said any more, or because they are old. But for the
latter, exports say so, and an import doesn't bring them back.

KEYS[1] the record

ARGV[1] the record's id
ARGV[2] 'all'; 'made': only what mneme made, the oldest ones; or only what was superseded by then, milliseconds since the epoch

Returns how many there were.
]]
local record = KEYS[1]
local latest = version_latest(record)
if latest == 0 then return 0 end
local json, vectors, versions = usage_of(record)
local ends = redis.call('PEXPIRETIME', record)
local count, freed, last = 0, 0, 0
for version, kept in version_each(record, latest) do
  local goes = ARGV[2] == 'all'
  if ARGV[2] == 'made' then
    goes = redis.call('JSON.TYPE', kept, '$.index.made')[1]
  elseif not goes then
    goes = cjson.decode(redis.call('JSON.GET', kept, '$.index.until'))[1] <= tonumber(ARGV[2])
  end
  if goes then
    last = math.max(last, cjson.decode(redis.call('JSON.GET', kept, '$.index.until'))[1])
    freed = freed + version_drop(record, version, kept)
    count = count + 1
  end
end
local left = ARGV[2] == 'all' and 0 or math.max(0, versions - freed)
if versions > left then
  usage_leave(ARGV[1], json + vectors + versions, ends)
  usage_enter(ARGV[1], json + vectors + left, ends)
  redis.call('JSON.SET', record, '$.index.version_bytes', string.format('%d', left))
end
if ARGV[2] == 'all' or (ARGV[2] == 'made' and count > 0) then
  gone_note(usage_named('gone'), 'h ' .. ARGV[1], ARGV[2] == 'made' and int(last) or nil)
  redis.call('JSON.MERGE', record, '$.index', '{"changed_at":' .. int(now) .. '}')
end
return count
