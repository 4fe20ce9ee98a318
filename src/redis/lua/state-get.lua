--[[
Reads a document. Reading a sliding one makes it last its whole time again.

KEYS[1] the document
KEYS[2] its hash

ARGV[1] a JSONPath, or '' for the value itself

Returns {0, version, time, by, expires or '', sliding, value} or {1} missing, {2} the path is none.
]]
local current = state_load(KEYS[2])
if not current or not current.live then
  audit('missing')
  return { 1 }
end
local value
if ARGV[1] == '' then
  value = redis.call('JSON.GET', KEYS[1])
else
  value = redis.pcall('JSON.GET', KEYS[1], ARGV[1])
  if type(value) == 'table' then
    audit('invalid')
    return { 2 }
  end
end
audit('ok')
if current.sliding == '1' and current.ttl ~= '' then state_renew(KEYS[1], KEYS[2], current) end
return { 0, current.version, current.time, current.by, current.expires, current.sliding, value }
