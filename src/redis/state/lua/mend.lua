--[[
Puts a document right that a snapshot has changed; see documents.lua. What there is to know of it stays.

KEYS[1] the document
KEYS[2] its hash

ARGV[1] the version that is meant
ARGV[2] the value
ARGV[3] '1' if JSON.SET must say that doubles stay doubles
ARGV[4+] fixes, two each

Returns 1, or 0 if there is another version now.
]]
if redis.call('HGET', KEYS[2], 'v') ~= ARGV[1] then return 0 end
local expiry = redis.call('PEXPIRETIME', KEYS[1])
redis.call('JSON.SET', KEYS[1], '$', ARGV[2], unpack(ARGV[3] == '1' and { 'FPHA', 'FP64' } or {}))
for i = 4, #ARGV, 2 do redis.call('JSON.NUMINCRBY', KEYS[1], '$' .. ARGV[i], ARGV[i + 1]) end
if expiry > 0 then redis.call('PEXPIREAT', KEYS[1], expiry) end
-- A changed number that no path leads to can't be put right, and mustn't be tried forever.
redis.call('HSET', KEYS[2], 'j', redis.call('JSON.GET', KEYS[1]))
return 1
