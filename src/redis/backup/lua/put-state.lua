--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/documents"
--[[
Writes a document of an export as it was, with its version. Its history follows by put-state-version.lua. Those who follow the
namespace's changes don't learn of it.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history
KEYS[4] what was deleted in the namespace, a sorted set of members by when

ARGV[1]  the state key
ARGV[2]  'skip', 'overwrite' or 'fail': what happens where there is another document
ARGV[3]  the import's id: what the same import wrote before is replaced
ARGV[4]  '1' if nothing is to be written
ARGV[5]  '1' if what was deleted here comes back
ARGV[6]  what stands for the document among what was deleted
ARGV[7]  the value; '' where the document was deleted, and only its history is known
ARGV[8]  version
ARGV[9]  when that became current, or it was deleted, milliseconds since the epoch
ARGV[10] who made it
ARGV[11] by which operation
ARGV[12] when it ends, milliseconds since the epoch, or ''
ARGV[13] its time to live, milliseconds, or ''
ARGV[14] '1' if reading renews it, else ''
ARGV[15] '1' if the text is to be kept, else ''
ARGV[16+] fixes, two each

Returns what became of it: 'created', 'replaced', 'unchanged', 'skipped', 'conflict', 'erased' (it was deleted here since), or
'expired'.
]]
local written = tonumber(ARGV[9]) or 0
local gone = redis.call('ZSCORE', KEYS[4], ARGV[6])
if ARGV[5] ~= '1' and ARGV[7] ~= '' and gone and tonumber(gone) >= written then return 'erased' end
local ends = tonumber(ARGV[12])
if ends and ends + state_keep <= now then return 'expired' end

local outcome = 'created'
local current = redis.call('HMGET', KEYS[2], 'v', 't', 'im')
if current[1] then
  local own = current[3] == ARGV[3] .. ':' .. current[1]
  if not own then
    -- A deletion takes away what was written before it only.
    if ARGV[2] ~= 'overwrite' or (ARGV[7] == '' and tonumber(current[2]) > written) then
      if current[1] == ARGV[8] and current[2] == ARGV[9] then return 'unchanged' end
      return ARGV[2] == 'fail' and 'conflict' or 'skipped'
    end
    outcome = 'replaced'
  end
end
if ARGV[4] == '1' then return outcome end

audit(outcome, { ARGV[1] })
local head = redis.call('HMGET', state_head, 'number', 'time')
redis.call('HSET', state_head, 'number', int(math.max(tonumber(head[1]) or 0, tonumber(ARGV[8]) or 0)), 'time', int(math.max(tonumber(head[2]) or 0, written)))
if ARGV[7] ~= '' or current[1] then redis.call('DEL', KEYS[1], KEYS[2], KEYS[3]) end
if ARGV[7] == '' then return outcome end
redis.call('JSON.SET', KEYS[1], '$', ARGV[7], unpack(state_words))
if ARGV[16] then state_fix(KEYS[1], '$', 16, (#ARGV - 15) / 2) end
redis.call('HSET', KEYS[2], 'im', ARGV[3] .. ':' .. ARGV[8])
redis.call('HSET', KEYS[2], 'v', ARGV[8], 't', ARGV[9], 'b', ARGV[10], 'o', ARGV[11], 'e', ARGV[12], 'l', ARGV[13], 's', ARGV[14], 'x', '0')
if ARGV[15] == '1' then redis.call('HSET', KEYS[2], 'j', redis.call('JSON.GET', KEYS[1])) end
if ends then
  local until_removed = int(ends + state_keep)
  redis.call('PEXPIREAT', KEYS[1], until_removed)
  redis.call('PEXPIREAT', KEYS[2], until_removed)
end
redis.call('ZREM', KEYS[4], ARGV[6])
redis.call('PUBLISH', state_channel, '')
return outcome
