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
ARGV[9+] fields and values of the head, by turns

Returns what became of it: 'created', 'replaced', 'unchanged', 'skipped', 'conflict', 'erased' (it was deleted here since),
'expired', or 'quota'.
]]
local deleted = redis.call('ZSCORE', KEYS[1], 's ' .. session_facet)
if ARGV[4] ~= '1' and deleted and tonumber(deleted) >= tonumber(ARGV[7]) then return 'erased' end
if ARGV[8] ~= '' and tonumber(ARGV[8]) <= now then return 'expired' end
local outcome = 'created'
local current = redis.call('HMGET', session_head, 'i', 'n', 'im')
if current[1] then
  local own = current[3] == ARGV[2] .. ':' .. current[2]
  if not own then
    if ARGV[1] ~= 'overwrite' then
      if current[1] == ARGV[5] and current[2] == ARGV[6] then return 'unchanged' end
      return ARGV[1] == 'fail' and 'conflict' or 'skipped'
    end
    outcome = 'replaced'
  end
end
if usage_over(0, 1) then return 'quota' end
if ARGV[3] == '1' then return outcome end

audit(outcome, { session_facet })
usage_end_sessions({ session_facet })
redis.call('DEL', session_head, session_messages, session_ids, session_due)
redis.call('HSET', session_head, 'i', ARGV[5], 'n', ARGV[6], 'l', ARGV[7], 'x', ARGV[8], 'f', '0', 'im', ARGV[2] .. ':' .. ARGV[6], unpack(ARGV, 9))
usage_session(session_facet, #(redis.call('HGET', session_head, 'u') or ''))
redis.call('ZADD', session_all, int(tonumber(ARGV[7]) * 1000), session_facet)
if ARGV[8] ~= '' then
  redis.call('PEXPIREAT', session_head, ARGV[8])
  redis.call('ZADD', session_ending, ARGV[8], session_facet)
end
redis.call('ZREM', KEYS[1], 's ' .. session_facet)
return outcome
