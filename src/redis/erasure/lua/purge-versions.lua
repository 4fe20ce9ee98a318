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
local current = redis.call('JSON.GET', record, '$.memory.version')
if not current then return 0 end
local old = version_keys(record)
local json, vectors, versions = usage_of(record)
local ends = redis.call('PEXPIRETIME', record)
local count, freed, last = 0, 0, 0
for version = cjson.decode(current)[1] - 1, 1, -1 do
  local kept = old(version)
  if redis.call('EXISTS', kept) == 1 then
    local goes = ARGV[2] == 'all'
    if ARGV[2] == 'made' then
      goes = redis.call('JSON.TYPE', kept, '$.index.made')[1]
    elseif not goes then
      goes = cjson.decode(redis.call('JSON.GET', kept, '$.index.until'))[1] <= tonumber(ARGV[2])
    end
    if goes then
      last = math.max(last, cjson.decode(redis.call('JSON.GET', kept, '$.index.until'))[1])
      local old_json, old_vectors = usage_of(kept)
      redis.call('ZREM', usage_versions, version_member(record, version, old_json + old_vectors))
      for _, key in ipairs(version_vectors(record, version)) do redis.call('DEL', key) end
      redis.call('DEL', kept)
      freed = freed + old_json + old_vectors
      count = count + 1
    end
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
