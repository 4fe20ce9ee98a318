--- @include "lua/clock"
--- @include "lua/audit"
--[[
Lists documents of a namespace in the order of their keys. What the list still has of documents that are gone is taken off it.

KEYS[1] the list: keys of documents, all with one score
KEYS[2] the namespace's head; see documents.lua

ARGV[1] where the page begins, as ZRANGE BYLEX takes it
ARGV[2] where all pages end, likewise
ARGV[3] how many keys are looked at
ARGV[4] how the key of each document's hash begins
ARGV[5] how that of its history begins

Returns {1, the last key that was looked at or '' at the end, then for each document: its key, version, time, by, expires or '',
sliding}; {0} the list isn't complete: documents were written before there was one.
]]
local names, head, most = KEYS[1], redis.call('HMGET', KEYS[2], 'number', 'listed'), tonumber(ARGV[3])
if head[1] and not head[2] then return { 0 } end
audit('ok')
local found = redis.call('ZRANGE', names, ARGV[1], ARGV[2], 'BYLEX', 'LIMIT', 0, most)
local result = { 1, #found == most and found[#found] or '' }
for _, key in ipairs(found) do
  local field = redis.call('HMGET', ARGV[4] .. key, 'v', 't', 'b', 'e', 's')
  if not field[1] then
    -- A history that outlives its document is found by this list.
    if redis.call('EXISTS', ARGV[5] .. key) == 0 then redis.call('ZREM', names, key) end
  elseif field[4] == '' or tonumber(field[4]) > now then
    for _, part in ipairs({ key, field[1], field[2], field[3], field[4], field[5] }) do table.insert(result, part) end
  end
end
return result
