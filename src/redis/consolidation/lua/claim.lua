--- @include "lua/clock"
--- @include "lua/numbers"
--[[
Claims what there is to do in a namespace, for one process to do it.

KEYS[1] the namespace's head
KEYS[2] the note that there is something to do

ARGV[1] how long the claim holds, milliseconds
ARGV[2] what precedes an id in a run's key
ARGV[3] how often a run is taken up without coming on before it is given up

Returns {} if there is nothing; {'schedule', when it was to begin}; or {'run', id, fence, what HGETALL does of the run,
what HGETALL does of the head}.
]]
local head = redis.call('HMGET', KEYS[1], 'run', 'ends', 'at')
if head[1] and redis.call('EXISTS', ARGV[2] .. head[1]) == 0 then
  redis.call('HDEL', KEYS[1], 'run')
  head[1] = false
end
if head[1] then
  if tonumber(head[2]) > now then return {} end
  local run = ARGV[2] .. head[1]
  local ends = int(now + tonumber(ARGV[1]))
  local fence = int(redis.call('HINCRBY', KEYS[1], 'fence', 1))
  redis.call('HSET', KEYS[1], 'ends', ends)
  redis.call('HSET', KEYS[2], 'at', ends)
  if redis.call('HINCRBY', run, 'attempts', 1) > tonumber(ARGV[3]) then redis.call('HSET', run, 'error', 'no_progress') end
  return { 'run', head[1], fence, redis.call('HGETALL', run), redis.call('HGETALL', KEYS[1]) }
end
if not head[3] then
  redis.call('DEL', KEYS[2])
  return {}
end
if tonumber(head[3]) <= now then return { 'schedule', head[3] } end
redis.call('HSET', KEYS[2], 'at', head[3])
return {}
