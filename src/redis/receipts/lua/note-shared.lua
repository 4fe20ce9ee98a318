--- @include "lua/numbers"
--[[
Notes, before a receipt of several namespaces is kept, that it is also of this one: a deletion of the namespace looks for such
receipts from then on. The note ends after all of them.

KEYS[1] the namespace's notes, a hash: by each home, the time from which on it may hold such receipts

ARGV[1] the home
ARGV[2] when, milliseconds since the epoch
ARGV[3] how long the receipt is kept, milliseconds

Returns 1 if it is the home's first note, else 0.
]]
local first = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
local keep = tonumber(ARGV[3])
if redis.call('PTTL', KEYS[1]) < keep then redis.call('PEXPIRE', KEYS[1], int(keep * 1.125)) end
return first
