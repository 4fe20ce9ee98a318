--[[
Reads a document of state with its history, for an export that is recorded by itself. See lua/documents.lua.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history

ARGV[1] after which entry of the history; '' for its beginning
ARGV[2] how many bytes of the history's values are enough

Returns {its hash as HGETALL does, its text, {entries as XRANGE has them}, '1' if there are more}; the first two are empty where
there is no document.
]]
local facts = redis.call('HGETALL', KEYS[2])
local text = ''
if facts[1] then text = redis.call('HGET', KEYS[2], 'j') or redis.call('JSON.GET', KEYS[1]) or '' end
local entries, bytes, more = {}, 0, ''
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
while true do
  local entry = redis.call('XRANGE', KEYS[3], from, '+', 'COUNT', 1)[1]
  if not entry then break end
  if bytes >= tonumber(ARGV[2]) then
    more = '1'
    break
  end
  table.insert(entries, entry)
  for i = 2, #entry[2], 2 do bytes = bytes + #entry[2][i] end
  from = '(' .. entry[1]
end
return { facts, text, entries, more }
