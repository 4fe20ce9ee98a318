--- @include "state/lua/lib-matches"
--[[
Evaluates a JSONPath on a value that isn't stored any more.

KEYS[1] a key of this script's own

ARGV[1] the value
ARGV[2] '1' if JSON.SET must say that doubles stay doubles
ARGV[3] how many JSONPaths there are
ARGV[4+] the JSONPaths, whose matches are joined; then fixes, two each

Returns the matches as JSON.
]]
redis.call('JSON.SET', KEYS[1], '$', ARGV[1], unpack(ARGV[2] == '1' and { 'FPHA', 'FP64' } or {}))
local last = 3 + tonumber(ARGV[3])
for i = last + 1, #ARGV, 2 do redis.call('JSON.NUMINCRBY', KEYS[1], '$' .. ARGV[i], ARGV[i + 1]) end
local found = matches_of(KEYS[1], 4, last)
redis.call('DEL', KEYS[1])
return found
