--[[
KEYS    index, heads, values, writes, segments

Returns {expiry in milliseconds since the epoch or below 0, a dump or false per key}.
]]
local dumps = { redis.call('PEXPIRETIME', KEYS[1]) }
for i, key in ipairs(KEYS) do dumps[i + 1] = redis.call('DUMP', key) end
return dumps
