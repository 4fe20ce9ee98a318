--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/state-time"
--- @include "state/lua/lib-matches"
--[[
Reads a document; see documents.lua, which is left out because this is done far more often than all else together.
Reading a sliding one makes it last its whole time again.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] the namespace's settings

ARGV[1] how long history is kept where the settings don't say, milliseconds
ARGV[2+] JSONPaths, whose matches are joined; none for the value itself

Returns {DONE, version, time, by, expires or '', sliding, value}; {MISSING}; {DRIFTED, version, text} the document
must be mended before the path.
]]
local doc, meta = KEYS[1], KEYS[2]
local facts = redis.call('HMGET', meta, 'v', 't', 'b', 'e', 's', 'l', 'j')
local expires = facts[4]
if not expires or (expires ~= '' and tonumber(expires) <= now) then
  audit('missing')
  return { CODE.MISSING }
end
local value, text = nil, facts[7]
if #ARGV == 1 then
  value = text or redis.call('JSON.GET', doc)
elseif text and redis.call('JSON.GET', doc) ~= text then
  return { CODE.DRIFTED, facts[1], text }
else
  value = matches_of(doc, 2, #ARGV)
end
audit('ok')
if facts[5] == '1' and facts[6] ~= '' then
  local renewed = now + tonumber(facts[6])
  local seconds = redis.call('HGET', KEYS[3], 'retention_state_history_seconds')
  local keep = seconds and tonumber(seconds) * 1000 or tonumber(ARGV[1])
  local until_removed = int(renewed + keep)
  expires = int(renewed)
  redis.call('HSET', meta, 'e', expires)
  -- As lua/state-size.lua would do it, which takes longer than all else here.
  local version, bytes, ends, old = string.match(redis.call('HGET', meta, 'z') or '', '^(%d+) (%d+) (%d+)(.*)$')
  local later = size_time_of(renewed, keep)
  if ends and ends ~= '0' and ends ~= later then
    local state_ends = string.gsub(KEYS[3], ':settings:{', ':state-ends:{', 1)
    local left = redis.call('HINCRBY', state_ends, ends, '-' .. bytes)
    if left <= 0 then redis.call('HDEL', state_ends, ends) end
    if left < 0 then redis.call('HINCRBY', (string.gsub(KEYS[3], ':settings:{', ':state-head:{', 1)), 'bytes', int(-left)) end
    redis.call('HINCRBY', state_ends, later, bytes)
    redis.call('HSET', meta, 'z', version .. ' ' .. bytes .. ' ' .. later .. old)
  end
  redis.call('PEXPIREAT', doc, until_removed)
  redis.call('PEXPIREAT', meta, until_removed)
end
return { CODE.DONE, facts[1], facts[2], facts[3], expires, facts[5], value }
