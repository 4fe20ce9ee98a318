--- @include "lua/changes"
--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
--- @include "lua/supersede"
--- @include "consolidation/lua/lib-lease"
--[[
Ends an action of a run: its sources leave recall, because the new memory supersedes them, and what they were used for
counts for that.

KEYS[1] the namespace's uses

ARGV[1]  the action's number from 0
ARGV[2]  the action as JSON, up to the value of result.superseded
ARGV[3]  id of the memory that supersedes the sources, or ''
ARGV[4]  when the sources end at the latest, milliseconds since the epoch; '' if they end as they would have
ARGV[5]  what precedes an id in a record's key
ARGV[6]  '1' if recall doesn't find them any more, because that says the same, else '0'
ARGV[7+] id and version of each source, in turn

Returns {LOST} if the lease was lost; {MISSING} if that memory is gone; else {DONE, ids that were
superseded ...}.
]]
if not consolidation_held() then
  audit('lost')
  return { CODE.LOST }
end
local target = ARGV[5] .. ARGV[3]
if ARGV[3] ~= '' and redis.call('EXISTS', target) == 0 then
  audit('missing')
  return { CODE.MISSING }
end
local ids, seen, uses, last = {}, {}, 0, 0
for i = 7, #ARGV, 2 do
  local record, id = ARGV[5] .. ARGV[i], ARGV[i]
  local used = redis.call('HGET', KEYS[1], id)
  -- A memory that was used since the plan isn't unread.
  local wanted = not seen[id] and supersede_version(record) == tonumber(ARGV[i + 1]) and not (ARGV[4] ~= '' and used)
  if wanted then
    seen[id] = true
    table.insert(ids, id)
    local count, at = string.match(used or '', '^(%d+) (%d+)$')
    uses, last = uses + tonumber(count or 0), math.max(last, tonumber(at or 0))
  end
end
audit('superseded', ids)
for _, id in ipairs(ids) do
  local record = ARGV[5] .. id
  supersede(record, id, now, ARGV[3], ARGV[6] == '1')
  if ARGV[4] ~= '' then
    local ends = redis.call('PEXPIRETIME', record)
    redis.call('JSON.SET', record, '$.index.ended', string.format('%d', math.max(0, ends)))
    if ends <= 0 or ends > tonumber(ARGV[4]) then supersede_end(record, id, ARGV[4]) end
  end
end
if ARGV[3] ~= '' and uses > 0 then
  local count, at = string.match(redis.call('HGET', KEYS[1], ARGV[3]) or '', '^(%d+) (%d+)$')
  redis.call('HSET', KEYS[1], ARGV[3], string.format('%d %d', uses + (count or 0), math.max(last, tonumber(at or 0))))
end
local list = #ids > 0 and cjson.encode(ids) or '[]'
redis.call('LSET', consolidation_actions, ARGV[1], ARGV[2] .. list .. '}}')
redis.call('HINCRBY', consolidation_run, 'settled', 1)
redis.call('HSET', consolidation_run, 'attempts', 0)
return { CODE.DONE, unpack(ids) }
