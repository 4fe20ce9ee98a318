--- @include "lua/clock"
--[[
Reads a document of state with its history as they were at a moment, for an export that is recorded by itself. See
lua/documents.lua.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history
KEYS[4] the namespace's settings

ARGV[1] after which entry of the history; '' for its beginning
ARGV[2] how many bytes of the history's values are enough
ARGV[3] the moment, milliseconds since the epoch: it is over
ARGV[4] how long history is kept where the settings don't say, milliseconds

Returns {its hash as HGETALL does, its text, {entries as XRANGE has them}, '1' if there are more}; the first two are empty where
there was no document. Where the moment is longer ago than history is kept, the document as it is now.
]]
local facts = redis.call('HGETALL', KEYS[2])
local text, last = '', '+'
local seconds = tonumber(redis.call('HGET', KEYS[4], 'retention_state_history_seconds') or nil)
local keep = seconds and seconds * 1000 or tonumber(ARGV[4])
local moment = tonumber(ARGV[3])
local changed = tonumber(facts[1] and redis.call('HGET', KEYS[2], 't') or nil)
local newest = not changed and redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
if newest then changed = tonumber(string.match(newest[1], '^%d+')) end
if changed and changed > moment and moment > now - keep then
  local entry = redis.call('XREVRANGE', KEYS[3], ARGV[3], '-', 'COUNT', 1)[1]
  if not entry then return { {}, '', {}, '' } end
  local field = { l = '' }
  for i = 1, #entry[2], 2 do field[entry[2][i]] = entry[2][i + 1] end
  facts, last = {}, entry[1]
  if field.j then
    local time, version = string.match(entry[1], '^(%d+)-(%d+)$')
    -- Entries of earlier releases don't say the time to live.
    if field.l == '' and field.e ~= '' then field.l = string.format('%d', tonumber(field.e) - tonumber(time)) end
    facts = { 'v', version, 't', time, 'b', field.b, 'o', field.o, 'e', field.e, 'l', field.l, 's', field.s }
    text, last = field.j, '(' .. entry[1]
  end
elseif facts[1] then
  text = redis.call('HGET', KEYS[2], 'j') or redis.call('JSON.GET', KEYS[1]) or ''
end
local entries, bytes, more = {}, 0, ''
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
while true do
  local entry = redis.call('XRANGE', KEYS[3], from, last, 'COUNT', 1)[1]
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
