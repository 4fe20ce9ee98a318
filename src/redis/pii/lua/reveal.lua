--- @include "lua/audit"
--[[
Reads the originals of tokens.

KEYS[1] the namespace's salt
KEYS[2] the originals, a hash by token

ARGV tokens

Returns the salt, and the originals in the order of the tokens; nil for what isn't there.
]]
local found = redis.call('HMGET', KEYS[2], unpack(ARGV))
audit('ok')
return { redis.call('GET', KEYS[1]), unpack(found, 1, #ARGV) }
