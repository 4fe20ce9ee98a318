--[[
Replaces a namespace's settings.

KEYS[1] the settings

ARGV[1]  expected version, or ''
ARGV[2+] fields and values

Returns the new version, or 0 if there is another one than expected.
]]
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then
  audit('conflict')
  return 0
end
audit('ok')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', string.format('%d', version + 1), unpack(ARGV, 2))
return version + 1
