--[[
Put before the scripts that a quota may refuse.
]]

--[[
The quota in force: what an operator set holds, or else what the service is configured with; the namespace's own quota can
only be less. One that was set before there was this difference (no `by`) held above the configured one, so it counts as an
operator's.
]]
local function quota_most(by, own, operator, default)
  if not by then return tonumber(own or default) end
  own, operator = tonumber(own or nil), tonumber(operator or default)
  if own and operator then return math.min(own, operator) end
  return own or operator
end
