--[[
Takes an API key away, and tells all processes.

KEYS[1] the key
KEYS[2] the ids of all keys

ARGV[1] id
ARGV[2] the channel that tells of changed keys

Returns 1 if it was there, else 0.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  audit('missing')
  return 0
end
audit('revoked')
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[1])
return 1
