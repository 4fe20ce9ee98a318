--- @include "namespaces/lua/lib-state-before"
--[[
Deletes histories of state up to a change.

KEYS[1+] histories

ARGV[1] number of the change

Returns how many are left.
]]
local left = 0
for _, history in ipairs(KEYS) do
  local after = history_around(history, tonumber(ARGV[1]))
  if after then
    redis.call('XTRIM', history, 'MINID', after[1])
    left = left + 1
  else
    redis.call('UNLINK', history)
  end
end
return left
