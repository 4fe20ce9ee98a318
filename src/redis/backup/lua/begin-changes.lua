--[[
Begins to note what scripts change in a namespace while an export reads it; see lua/changes.lua.

KEYS[1] the exports that read the namespace, a set
KEYS[2] the changes for this one, a sorted set
KEYS[3] the bases of sessions for this one, a hash

ARGV[1] the export
ARGV[2] how long they are noted, milliseconds

Returns 1.
]]
local export, lease = unpack(ARGV, 1, 2)
redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('ZADD', KEYS[2], 0, '')
redis.call('HSET', KEYS[3], '#', 0)
redis.call('PEXPIRE', KEYS[2], lease)
redis.call('PEXPIRE', KEYS[3], lease)
redis.call('SADD', KEYS[1], export)
redis.call('PEXPIRE', KEYS[1], 2 * lease)
return 1
