--- @include "lua/key-makers"
--[[
Finds the administrations that namespaces are under.

KEYS[1] the ids of all API keys
KEYS[2] the administrations
KEYS[3] what says that every key is on the lists of names and administrations

ARGV[1]  what precedes an id in an API key's key
ARGV[2]  what precedes a name in the key of an agent's keys
ARGV[3+] the namespaces

Returns a pattern for each; '**' for one that only the operator administers.
]]
key_index(ARGV[1], KEYS[1], ARGV[2], KEYS[2], KEYS[3])
local found = {}
for i = 3, #ARGV do table.insert(found, key_administration(KEYS[2], ARGV[i])) end
return found
