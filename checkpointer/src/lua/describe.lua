--[[
KEYS    index, heads, values, writes, segments

Returns {number of checkpoints, expiry in milliseconds since the epoch or below 0, namespace \0 ...}.
]]
local answer = { redis.call('ZCARD', INDEX), redis.call('PEXPIRETIME', INDEX) }
local first = redis.call('ZRANGE', INDEX, 0, 0)[1]
while first do
  local namespace = namespace_of(first)
  table.insert(answer, namespace)
  first = redis.call('ZRANGE', INDEX, '[' .. string.sub(namespace, 1, -2) .. '\1', '+', 'BYLEX', 'LIMIT', 0, 1)[1]
end
return answer
