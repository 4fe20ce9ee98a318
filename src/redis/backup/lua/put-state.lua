--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/documents"
--- @include "lua/state-size"
--- @include "lua/state-left"
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
ARGV[7]  what stands there for the document with its history
ARGV[8]  the value; '' where the document was deleted, and only its history is known
ARGV[9]  version
ARGV[10] when that became current, or it was deleted, milliseconds since the epoch
ARGV[11] who made it
ARGV[12] by which operation
ARGV[13] when it ends, milliseconds since the epoch, or ''
ARGV[14] its time to live, milliseconds, or ''
ARGV[15] '1' if reading renews it, else ''
ARGV[16] '1' if the text is to be kept, else ''
ARGV[17+] fixes, two each

Returns what became of it: 'created', 'replaced', 'unchanged', 'skipped', 'conflict', 'erased' (it was deleted here since),
'expired', or 'quota'.
]]
local state_key, rule, import, dry, restores, gone_member, erased_member, value = unpack(ARGV, 1, 8)
local version, at, by, operation, ends_at, lives, slides, keeps_text = unpack(ARGV, 9, 16)
local document, facts, history, gone_notes = unpack(KEYS, 1, 4)
local written = tonumber(at) or 0
local deleted = value ~= '' and redis.call('ZSCORE', gone_notes, gone_member)
local erased = redis.call('ZSCORE', gone_notes, erased_member)
if restores ~= '1' and math.max(tonumber(deleted or -1), tonumber(erased or -1)) >= written then return 'erased' end
local ends = tonumber(ends_at)
if ends and ends + state_keep <= now then return 'expired' end

local outcome = 'created'
local current = redis.call('HMGET', facts, 'v', 't', 'im')
if current[1] then
  local own = current[3] == import .. ':' .. current[1]
  if not own then
    -- A deletion takes away what was written before it only.
    if rule ~= 'overwrite' or (value == '' and tonumber(current[2]) > written) then
      if current[1] == version and current[2] == at then return 'unchanged' end
      return rule == 'fail' and 'conflict' or 'skipped'
    end
    outcome = 'replaced'
  end
elseif value == '' then
  -- The deletion is the newest of its history, and was written last: all before it is here, too.
  local last = redis.call('XREVRANGE', history, '+', '-', 'COUNT', 1)[1]
  local time = last and tonumber(string.match(last[1], '^(%d+)'))
  local buried = last and true
  for at = 1, last and #last[2] or 0, 2 do
    if last[2][at] == 'j' then buried = false end
  end
  if buried and time >= written then return 'unchanged' end
end
local size = current[1] and size_read(redis.call('HGET', facts, 'z')) or size_last(history)
local drops = value ~= '' or current[1]
if value ~= '' and state_over(size_of(state_key, value) - size.bytes) then return 'quota' end
if dry == '1' then return outcome end

audit(outcome, { state_key })
local head = redis.call('HMGET', state_head, 'number', 'time')
if not head[1] then redis.call('HSET', state_head, 'listed', '1') end
redis.call('HSET', state_head, 'number', int(math.max(tonumber(head[1]) or 0, tonumber(version) or 0)), 'time', int(math.max(tonumber(head[2]) or 0, written)))
state_open()
if drops then
  size_drop(size)
  redis.call('DEL', document, facts, history)
end
if value == '' then
  size_save()
  redis.call('ZREM', state_names, state_key)
  left_note(history)
  return outcome
end
state_list(state_key)
redis.call('JSON.SET', document, '$', value, unpack(state_words))
if #ARGV > 16 then state_fix(document, '$', 17, (#ARGV - 16) / 2) end
redis.call('HSET', facts, 'im', import .. ':' .. version, 'ia', int(now))
redis.call('HSET', facts, 'v', version, 't', at, 'b', by, 'o', operation, 'e', ends_at, 'l', lives, 's', slides, 'x', '0')
local text = value
if keeps_text == '1' then
  text = redis.call('JSON.GET', document)
  redis.call('HSET', facts, 'j', text)
end
size_set(size, version, size_of(state_key, text), ends_at)
size_save()
redis.call('HSET', facts, 'z', size_text(size))
if ends then
  local until_removed = int(ends + state_keep)
  redis.call('PEXPIREAT', document, until_removed)
  redis.call('PEXPIREAT', facts, until_removed)
end
state_prune()
redis.call('ZREM', gone_notes, gone_member)
if restores == '1' then redis.call('ZREM', gone_notes, erased_member) end
redis.call('PUBLISH', state_channel, '')
return outcome
