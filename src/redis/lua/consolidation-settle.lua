--[[
Ends an action of a run: its sources leave recall, because what was made stands for them, and what they were used for
counts for that.

KEYS[1] the namespace's uses

ARGV[1]  the action's number from 0
ARGV[2]  the action as JSON, up to the value of result.superseded
ARGV[3]  id of what stands for the sources, or ''
ARGV[4]  the content hash that it gets, or ''
ARGV[5]  when the sources end at the latest, milliseconds since the epoch; '' if they end as they would have
ARGV[6]  what precedes an id in a record's key
ARGV[7]  '1' if recall doesn't find them any more, else '0'
ARGV[8+] id and version of each source, by turns

Returns {0} if the lease was lost, {1} if what stands for them is gone, else {2, ids that were superseded ...}.
]]
if not consolidation_held() then
  audit('lost')
  return { 0 }
end
local target = ARGV[6] .. ARGV[3]
if ARGV[3] ~= '' and redis.call('EXISTS', target) == 0 then
  audit('missing')
  return { 1 }
end
local ids, seen, uses, last = {}, {}, 0, 0
for i = 8, #ARGV, 2 do
  local record, id = ARGV[6] .. ARGV[i], ARGV[i]
  local used = redis.call('HGET', KEYS[1], id)
  -- What was used since it was planned isn't what nobody reads.
  local wanted = not seen[id] and supersede_version(record) == tonumber(ARGV[i + 1]) and not (ARGV[5] ~= '' and used)
  if wanted then
    seen[id] = true
    table.insert(ids, id)
    local count, at = string.match(used or '', '^(%d+) (%d+)$')
    uses, last = uses + tonumber(count or 0), math.max(last, tonumber(at or 0))
  end
end
audit('superseded', ids)
for _, id in ipairs(ids) do
  local record = ARGV[6] .. id
  supersede(record, id, now, ARGV[3], ARGV[7] == '1')
  if ARGV[5] ~= '' then
    local ends = redis.call('PEXPIRETIME', record)
    redis.call('JSON.SET', record, '$.index.ended', string.format('%d', math.max(0, ends)))
    if ends <= 0 or ends > tonumber(ARGV[5]) then supersede_end(record, id, ARGV[5]) end
  end
end
if ARGV[3] ~= '' and uses > 0 then
  local count, at = string.match(redis.call('HGET', KEYS[1], ARGV[3]) or '', '^(%d+) (%d+)$')
  redis.call('HSET', KEYS[1], ARGV[3], string.format('%d %d', uses + (count or 0), math.max(last, tonumber(at or 0))))
end
if ARGV[4] ~= '' then
  local next_hash = supersede_hash(target, ARGV[4])
  if not redis.call('GET', next_hash) then
    local old = supersede_hash(target, cjson.decode(redis.call('JSON.GET', target, '$.index.hash'))[1])
    if redis.call('GET', old) == ARGV[3] then redis.call('DEL', old) end
    redis.call('SET', next_hash, ARGV[3])
    supersede_expiry(target, next_hash)
    redis.call('JSON.SET', target, '$.index.hash', '"' .. ARGV[4] .. '"')
  end
end
local list = #ids > 0 and cjson.encode(ids) or '[]'
redis.call('LSET', consolidation_actions, ARGV[1], ARGV[2] .. list .. '}}')
redis.call('HINCRBY', consolidation_run, 'settled', 1)
redis.call('HSET', consolidation_run, 'attempts', 0)
return { 2, unpack(ids) }
