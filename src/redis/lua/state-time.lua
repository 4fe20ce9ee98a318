--- @include "lua/clock"
--- @include "lua/numbers"
--[[
Put before the scripts that say when a part of what state counts for ends: see lua/state-size.lua.
]]

-- A time in few steps. `keep`: how long history is kept, milliseconds.
local function size_time_of(time, keep)
  local step = math.max(1, math.ceil(keep / 16))
  while time - now > 16 * step do step = 2 * step end
  return int(math.ceil(time / step) * step)
end
