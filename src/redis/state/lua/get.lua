--- @include "lua/clock"
--- @include "lua/audit"
--[[
Reads a document; see lib-documents.lua, which is left out because this is done far more often than all else together.
Reading a sliding one makes it last its whole time again.

KEYS[1] the document
KEYS[2] its hash

ARGV[1] a JSONPath, or '' for the value itself
ARGV[2] how long history is kept, milliseconds

Returns {0, version, time, by, expires or '', sliding, value}; {1} missing, {3, version, text} the document must be
mended before the path.
]]
local doc, meta, path = KEYS[1], KEYS[2], ARGV[1]
local facts = redis.call('HMGET', meta, 'v', 't', 'b', 'e', 's', 'l', 'j')
local expires = facts[4]
if not expires or (expires ~= '' and tonumber(expires) <= now) then
  audit('missing')
  return { 1 }
end
local value, text = nil, facts[7]
if path == '' then
  value = text or redis.call('JSON.GET', doc)
elseif text and redis.call('JSON.GET', doc) ~= text then
  return { 3, facts[1], text }
else
  value = redis.call('JSON.GET', doc, path)
end
audit('ok')
if facts[5] == '1' and facts[6] ~= '' then
  local renewed = now + tonumber(facts[6])
  local until_removed = string.format('%d', renewed + tonumber(ARGV[2]))
  expires = string.format('%d', renewed)
  redis.call('HSET', meta, 'e', expires)
  redis.call('PEXPIREAT', doc, until_removed)
  redis.call('PEXPIREAT', meta, until_removed)
end
return { 0, facts[1], facts[2], facts[3], expires, facts[5], value }
