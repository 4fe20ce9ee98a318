--[[
Replaces a namespace's settings, and with them when its schedule consolidates it next.

KEYS[1] the settings
KEYS[2] the head of the namespace's consolidation
KEYS[3] the note that there is something to do there

ARGV[1]  expected version, or ''
ARGV[2]  when the schedule begins the next run, milliseconds since the epoch; '' for never
ARGV[3]  the namespace
ARGV[4+] fields and values

Returns the new version, or 0 if there is another one than expected.
]]
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then
  audit('conflict')
  return 0
end
audit('ok')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', string.format('%d', version + 1), unpack(ARGV, 4))
-- The note of a run that is at work is about that.
local busy = redis.call('HGET', KEYS[2], 'run')
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[2], 'at', ARGV[2])
  if not busy then redis.call('HSET', KEYS[3], 'at', ARGV[2], 'ns', ARGV[3]) end
else
  redis.call('HDEL', KEYS[2], 'at')
  if not busy then redis.call('DEL', KEYS[3]) end
end
return version + 1
