--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/audit"
--- @include "lua/supersede"
--- @include "consolidation/lua/lib-lease"
--[[
Brings the sources of an action back into recall.

ARGV[1]  what precedes an id in a record's key
ARGV[2]  how many ids of what the action made follow
ARGV[3+] these, and after them the ids of what it superseded

Returns {DONE}, or {LOST} if the lease was lost.
]]
if not consolidation_held() then
  audit('lost')
  return { CODE.LOST }
end
local first = 3 + tonumber(ARGV[2])
local made = {}
for i = 3, first - 1 do made[ARGV[i]] = true end
local ids = {}
for i = first, #ARGV do
  local found = redis.call('JSON.GET', ARGV[1] .. ARGV[i], '$.memory.superseded_at', '$.memory.superseded_by')
  found = found and cjson.decode(found)
  if found and type(found['$.memory.superseded_at'][1]) == 'number' then
    -- What another run has superseded since is for that one to bring back.
    local by = found['$.memory.superseded_by'][1]
    local own = type(by) == 'string' and made[by]
    if own or type(by) ~= 'string' and first == 3 then table.insert(ids, ARGV[i]) end
  end
end
audit('reinstated', ids)
for _, id in ipairs(ids) do supersede_undo(ARGV[1] .. id, id, made) end
return { CODE.DONE }
