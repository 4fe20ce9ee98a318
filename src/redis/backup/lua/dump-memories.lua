--- @include "backup/lua/lib-dump"
--[[
Reads memories of one namespace whole, for an export that is recorded by itself.

KEYS[1]  the namespace's uses, a hash
KEYS[2+] the records

ARGV[1]  '1' if their vectors are wanted
ARGV[2]  since when they must have changed, milliseconds, '0' for any time
ARGV[3+] their ids

Returns for each what dump_memory does, see lib-dump.lua.
]]
local found = {}
for i = 2, #KEYS do
  table.insert(found, dump_memory(KEYS[i], ARGV[i + 1], KEYS[1], ARGV[1] == '1', tonumber(ARGV[2])))
end
return found
