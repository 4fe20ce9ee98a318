--- @include "lua/changes"
--- @include "lua/audit"
--- @include "lua/supersede"
--[[
Restores memories whose superseding memory has expired.

ARGV[1]  what precedes an id in a record's key
ARGV[2+] their ids

Returns how many came back; where none does, this is no act, and isn't recorded.
]]
local ids = {}
for i = 2, #ARGV do
  local found = redis.call('JSON.GET', ARGV[1] .. ARGV[i], '$.memory.superseded_by')
  local by = found and cjson.decode(found)[1]
  if type(by) == 'string' and redis.call('EXISTS', ARGV[1] .. by) == 0 then table.insert(ids, ARGV[i]) end
end
if #ids == 0 then return 0 end
audit('reinstated', ids)
for _, id in ipairs(ids) do supersede_undo(ARGV[1] .. id, id, {}) end
return #ids
