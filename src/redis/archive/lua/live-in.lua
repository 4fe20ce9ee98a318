--[[
Says which stubs point to a segment of the archive.

KEYS[1+] the records

ARGV[1]  the segment

Returns for each when it ends, milliseconds since the epoch, 0 for never; false if it doesn't point there.
]]
local found = {}
for i, record in ipairs(KEYS) do
  local stub = redis.call('JSON.GET', record, '$.memory.archived.segment')
  found[i] = stub and cjson.decode(stub)[1] == ARGV[1] and math.max(0, redis.call('PEXPIRETIME', record))
end
return found
