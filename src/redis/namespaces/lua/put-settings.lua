--- @include "lua/codes"
--- @include "lua/audit"
--[[
Replaces a namespace's settings, and with them when its schedule consolidates it next.

KEYS[1] the settings
KEYS[2] the head of the namespace's consolidation
KEYS[3] the note that there is something to do there

ARGV[1]  expected version, or ''
ARGV[2]  when the schedule begins the next run, milliseconds since the epoch; '' for never
ARGV[3]  the namespace
ARGV[4]  '1' if an operator sets them: then the quotas are the operator's
ARGV[5]  how many memories the namespace may hold where no operator says, or ''
ARGV[6]  how many bytes, likewise
ARGV[7+] fields and values

Returns {DONE, the new version}, again to a retry; {CONFLICT} another version; {QUOTA} one is above the operator's.
]]
local done = audit_done()
if done then
  audit('repeated')
  return { CODE.DONE, tonumber(done) }
end
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then
  audit('conflict')
  return { CODE.CONFLICT }
end
local quotas, operators = { 'quota_memories', 'quota_bytes' }, {}
for i, name in ipairs(quotas) do
  local asked
  for at = 7, #ARGV, 2 do if ARGV[at] == name then asked = ARGV[at + 1] end end
  local most
  if ARGV[4] == '1' then
    most = asked
  else
    -- A quota of a release that didn't record who set it is an operator's: see lua/usage.lua.
    local by = redis.call('HGET', KEYS[1], 'quota_by')
    most = redis.call('HGET', KEYS[1], by and 'operator_' .. name or name)
    local limit = tonumber(most or ARGV[4 + i])
    if asked and limit and tonumber(asked) > limit then
      audit('denied')
      return { CODE.QUOTA }
    end
  end
  if most then
    table.insert(operators, 'operator_' .. name)
    table.insert(operators, most)
  end
end
audit('ok')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', string.format('%d', version + 1), 'quota_by', ARGV[4], unpack(ARGV, 7))
if operators[1] then redis.call('HSET', KEYS[1], unpack(operators)) end
-- Without another act here, the trail would expire by the old setting.
audit_renew(audit_kept())
-- During a run, the note is about that run.
local busy = redis.call('HGET', KEYS[2], 'run')
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[2], 'at', ARGV[2])
  if not busy then redis.call('HSET', KEYS[3], 'at', ARGV[2], 'ns', ARGV[3]) end
else
  redis.call('HDEL', KEYS[2], 'at')
  if not busy then redis.call('DEL', KEYS[3]) end
end
audit_note(string.format('%d', version + 1))
return { CODE.DONE, version + 1 }
