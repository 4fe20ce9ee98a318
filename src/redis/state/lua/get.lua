--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
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
  local until_removed = string.format('%d', renewed + (seconds and tonumber(seconds) * 1000 or tonumber(ARGV[1])))
  expires = string.format('%d', renewed)
  redis.call('HSET', meta, 'e', expires)
  redis.call('PEXPIREAT', doc, until_removed)
  redis.call('PEXPIREAT', meta, until_removed)
end
return { CODE.DONE, facts[1], facts[2], facts[3], expires, facts[5], value }
