--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/usage"
--- @include "lua/session"
--[[
Writes the head of a session of an export as it was. Its messages follow by put-message.lua.

KEYS[1] what was deleted in the namespace, a sorted set of members by when

ARGV[1] 'skip', 'overwrite' or 'fail': what happens where there is another session of this name
ARGV[2] the import's id: what the same import wrote before is replaced
ARGV[3] '1' if nothing is to be written
ARGV[4] '1' if what was deleted here comes back
ARGV[5] its incarnation
ARGV[6] the number of its last message
ARGV[7] when it was last appended to, milliseconds since the epoch
ARGV[8] when it ends, likewise, or ''
ARGV[9] up to which number its messages came before, and stay; '' for none
ARGV[10] the number of the last message that was promoted
ARGV[11+] further fields and their values of the head, in turn

Returns what became of it: 'created', 'replaced', 'unchanged', 'skipped', 'conflict', 'erased' (it was deleted here since),
'expired', or 'quota'.
]]
local rule, import, dry, restores, incarnation, last, appended_at, expiry, after, promoted = unpack(ARGV, 1, 10)
local gone = KEYS[1]
local deleted = redis.call('ZSCORE', gone, 's ' .. session_facet)
if restores ~= '1' and deleted and tonumber(deleted) >= tonumber(appended_at) then return 'erased' end
if expiry ~= '' and tonumber(expiry) <= now then return 'expired' end
local outcome = 'created'
local current = redis.call('HMGET', session_head, 'i', 'n', 'im')
local own = current[1] and current[3] == import .. ':' .. current[2]
if current[1] and not own then
  if rule ~= 'overwrite' then
    if current[1] == incarnation and current[2] == last then return 'unchanged' end
    return rule == 'fail' and 'conflict' or 'skipped'
  end
  outcome = 'replaced'
end
local continues = current[1] == incarnation and after ~= '' and tonumber(current[2]) >= tonumber(after)
-- The messages before these aren't here, and those that are belong to another session: they stay.
if current[1] and after ~= '' and not continues then return 'skipped' end
local fields, summary_bytes, held = { unpack(ARGV, 11) }, 0, 0
for i = 1, #fields, 2 do
  if fields[i] == 'u' then summary_bytes = #fields[i + 1] end
end
if current[1] then
  held = continues and #(redis.call('HGET', session_head, 'u') or '') or tonumber(redis.call('HGET', usage_sessions, session_facet) or 0)
end
if usage_over(0, summary_bytes - held) then return 'quota' end
if dry == '1' then return outcome end

-- Drops messages that were appended here since: the file has others by the same numbers, or none. A stream takes no number again
-- that it had before, so it is made again.
local function drop_later()
  local bytes = 0
  local later = redis.call('XRANGE', session_messages, '(' .. after .. '-0', '+')
  if #later == 0 then return 0 end
  for _, entry in ipairs(later) do bytes = bytes + #entry[2][10] end
  local kept = redis.call('XRANGE', session_messages, '-', after .. '-0')
  redis.call('DEL', session_messages)
  for _, entry in ipairs(kept) do redis.call('XADD', session_messages, entry[1], unpack(entry[2])) end
  local ids = redis.call('HGETALL', session_ids)
  for i = 1, #ids, 2 do
    if tonumber(ids[i + 1]) > tonumber(after) then
      bytes = bytes + #ids[i]
      redis.call('HDEL', session_ids, ids[i])
    end
  end
  return bytes
end

audit(outcome, { session_facet })
if continues then
  local bytes = #(redis.call('HGET', session_head, 'u') or '') + drop_later()
  -- Promoted between the two lines of the file. As of any promoted message, its id is still known.
  for _, entry in ipairs(redis.call('XRANGE', session_messages, '-', promoted .. '-0')) do bytes = bytes + #entry[2][10] end
  redis.call('XTRIM', session_messages, 'MINID', int(tonumber(promoted) + 1) .. '-0')
  usage_session(session_facet, -bytes)
  redis.call('DEL', session_head, session_due)
else
  usage_end_sessions({ session_facet })
  redis.call('DEL', session_head, session_messages, session_ids, session_due)
end
redis.call('HSET', session_head, 'i', incarnation, 'n', last, 'l', appended_at, 'x', expiry, 'f', '0', 'z', promoted, 'im', import .. ':' .. last, 'ia', int(now), unpack(fields))
usage_session(session_facet, #(redis.call('HGET', session_head, 'u') or ''))
-- A list goes on behind a score, so no two may be the same. Those of one time take the next ones.
local score = tonumber(appended_at) * 1000
redis.call('ZREM', session_all, session_facet)
while true do
  local taken = redis.call('ZRANGE', session_all, int(score + 999), int(score), 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')[2]
  if not taken then break end
  score = tonumber(taken) + 1
end
redis.call('ZADD', session_all, int(score), session_facet)
if expiry ~= '' then
  for _, key in ipairs({ session_head, session_messages, session_ids }) do redis.call('PEXPIREAT', key, expiry) end
  redis.call('ZADD', session_ending, expiry, session_facet)
elseif continues then
  for _, key in ipairs({ session_messages, session_ids }) do redis.call('PERSIST', key) end
  redis.call('ZREM', session_ending, session_facet)
end
redis.call('ZREM', gone, 's ' .. session_facet)
return outcome
