--[[
Changes which model's vectors are searched, and the migration from one model to another, if nothing has changed them since
they were read.

KEYS[1] the hash of what is known of the whole store

ARGV[1] the migration as it was read, or ''
ARGV[2] the migration as it is to be
ARGV[3] the model whose vectors are searched as it was read
ARGV[4] the model whose vectors are to be searched

Returns 1 if it was done, 0 if something has changed.
]]
local found = redis.call('HMGET', KEYS[1], 'embedding_migration', 'embedding_model')
if (found[1] or '') ~= ARGV[1] or (found[2] or '') ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'embedding_migration', ARGV[2], 'embedding_model', ARGV[4])
return 1
