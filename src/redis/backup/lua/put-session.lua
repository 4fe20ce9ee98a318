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
ARGV[9] up to which number the same import wrote its messages, and they stay; '' for none
ARGV[10] the number of the last message that was promoted
ARGV[11+] further fields and values of the head, by turns

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
if usage_over(0, 1) then return 'quota' end
if dry == '1' then return outcome end

audit(outcome, { session_facet })
if own and after ~= '' and current[1] == incarnation then
  local bytes = #(redis.call('HGET', session_head, 'u') or '')
  -- Promoted between the two lines of the file. As of any promoted message, its id is still known.
  for _, entry in ipairs(redis.call('XRANGE', session_messages, '-', promoted .. '-0')) do bytes = bytes + #entry[2][10] end
  redis.call('XTRIM', session_messages, 'MINID', int(tonumber(promoted) + 1) .. '-0')
  usage_session(session_facet, -bytes)
  redis.call('DEL', session_head, session_due)
else
  usage_end_sessions({ session_facet })
  redis.call('DEL', session_head, session_messages, session_ids, session_due)
end
redis.call('HSET', session_head, 'i', incarnation, 'n', last, 'l', appended_at, 'x', expiry, 'f', '0', 'z', promoted, 'im', import .. ':' .. last, unpack(ARGV, 11))
usage_session(session_facet, #(redis.call('HGET', session_head, 'u') or ''))
redis.call('ZADD', session_all, int(tonumber(appended_at) * 1000), session_facet)
if expiry ~= '' then
  for _, key in ipairs({ session_head, session_messages, session_ids }) do redis.call('PEXPIREAT', key, expiry) end
  redis.call('ZADD', session_ending, expiry, session_facet)
end
redis.call('ZREM', gone, 's ' .. session_facet)
return outcome
