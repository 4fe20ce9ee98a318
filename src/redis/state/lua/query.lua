--[[
Evaluates a JSONPath on a value that isn't stored any more.

KEYS[1] a key of this script's own

ARGV[1] the value
ARGV[2] a JSONPath
ARGV[3] '1' if JSON.SET must say that doubles stay doubles
ARGV[4+] fixes, two each

Returns the matches as JSON.
]]
redis.call('JSON.SET', KEYS[1], '$', ARGV[1], unpack(ARGV[3] == '1' and { 'FPHA', 'FP64' } or {}))
for i = 4, #ARGV, 2 do redis.call('JSON.NUMINCRBY', KEYS[1], '$' .. ARGV[i], ARGV[i + 1]) end
local found = redis.call('JSON.GET', KEYS[1], ARGV[2])
redis.call('DEL', KEYS[1])
return found
