--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
--[[
Begins a run, or the undoing of one, unless one is running in the namespace.

KEYS[1] the namespace's head
KEYS[2] the run
KEYS[3] its actions
KEYS[4] the note that there is something to do
KEYS[5] the namespace's runs by their number, a sorted set

ARGV[1] id
ARGV[2] namespace
ARGV[3] options as JSON; '' to undo it
ARGV[4] trigger
ARGV[5] agent
ARGV[6] how long a run is kept, milliseconds
ARGV[7] of the schedule: when it was to begin, as the head says; '' otherwise
ARGV[8] of the schedule: when the next one begins, or ''

Returns {DONE, id} begun, by a try before this one if the id is another; {BUSY, id of the running one}; {MISSING}; {UNFIT, status} it can't be undone; {OUTDATED} the
schedule has another plan.
]]
local done = audit_done()
if done then
  audit('repeated')
  return { CODE.DONE, done }
end
local most_runs = 1000
if ARGV[7] ~= '' and redis.call('HGET', KEYS[1], 'at') ~= ARGV[7] then
  audit('conflict')
  return { CODE.OUTDATED }
end
local undo = ARGV[3] == ''
local status = redis.call('HGET', KEYS[2], 'status')
-- Checked before other runs, since waiting for them wouldn't help.
if undo and not status then
  audit('missing')
  return { CODE.MISSING }
end
-- Recorded only for a run of this namespace: the id of another one would reveal it.
local named = { ARGV[1] }
local active = redis.call('HGET', KEYS[1], 'run')
if active then
  -- The schedule's turn is over: the run at hand does its work.
  if ARGV[7] ~= '' then
    audit('busy')
    if ARGV[8] == '' then redis.call('HDEL', KEYS[1], 'at') else redis.call('HSET', KEYS[1], 'at', ARGV[8]) end
  else
    audit('conflict', undo and named or nil)
  end
  return { CODE.BUSY, active }
end
if undo and status ~= 'done' and status ~= 'failed' then
  audit('conflict', named)
  return { CODE.UNFIT, status }
end
audit('ok', named)
local time = string.format('%d', now)
if undo then
  redis.call('HSET', KEYS[2], 'status', 'undoing', 'attempts', 0)
  redis.call('HDEL', KEYS[2], 'finished', 'error')
  for _, key in ipairs({ KEYS[2], KEYS[3], KEYS[5] }) do redis.call('PEXPIRE', key, ARGV[6]) end
else
  redis.call('HSET', KEYS[2], 'options', ARGV[3], 'trigger', ARGV[4], 'agent', ARGV[5], 'status', 'planning',
    'created', time, 'planned', 0, 'settled', 0, 'calls', 0, 'tokens', 0, 'attempts', 0)
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  -- Drops expired runs from the list.
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', string.format('%d', now - tonumber(ARGV[6])))
  redis.call('ZADD', KEYS[5], time, ARGV[1])
  -- A schedule of every second mustn't fill Redis: the oldest go.
  for _, id in ipairs(redis.call('ZRANGE', KEYS[5], 0, -most_runs - 1)) do
    redis.call('ZREM', KEYS[5], id)
    for _, key in ipairs({ KEYS[2], KEYS[3] }) do redis.call('DEL', string.sub(key, 1, -#ARGV[1] - 1) .. id) end
  end
  redis.call('PEXPIRE', KEYS[5], ARGV[6])
end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'ends', 0)
if ARGV[8] ~= '' then
  redis.call('HSET', KEYS[1], 'at', ARGV[8])
elseif ARGV[7] ~= '' then
  redis.call('HDEL', KEYS[1], 'at')
end
redis.call('HSET', KEYS[4], 'at', time, 'ns', ARGV[2])
audit_note(ARGV[1])
return { CODE.DONE, ARGV[1] }
