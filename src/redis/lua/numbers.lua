--[[
Whole numbers as the text that a command takes: Lua's own would have an exponent from 1e14 on.
]]
local function int(number) return string.format('%d', number) end
