--- @include "lua/clock"
--- @include "backup/lua/lib-dump"
--[[
Reads what has changed in a namespace since an export read it: see lua/changes.lua. Where it comes to the end of that, all that
was read shows the namespace as it is now.

KEYS[1] what has changed, a sorted set
KEYS[2] numbers, a hash
KEYS[3] the namespace's uses, a hash
KEYS[4] what was deleted in it, a sorted set by when
KEYS[5] its groups of aliases, a hash

ARGV[1]  after which change
ARGV[2]  how many changes are read at most
ARGV[3]  how many bytes are enough
ARGV[4]  '1' if vectors are wanted
ARGV[5]  since when a memory must have changed, milliseconds, '0' for any time
ARGV[6]  what precedes an id in the key of a record
ARGV[7]  what precedes a facet in the key of a session
ARGV[8]  the same of its messages
ARGV[9]  how many messages of a session are read at most
ARGV[10] the facet of a session of which some messages were read already, or ''
ARGV[11] up to which number that was
ARGV[12] how many groups of aliases are read at most

Returns {memories as dump_memory gives them, sessions, number of the last change that was read, facet and number of a session
of which messages are left or '', '1' at the end, now, what was deleted in this millisecond, groups of aliases or false where there are too
many}. A session is {head as HGETALL does, after which message, {messages as XRANGE has them}}.
]]
local after, most, enough, vectors, since, records, sessions, messages, page, begun, done, most_groups = unpack(ARGV, 1, 12)
local found, heads, bytes = {}, {}, 0
local last, open = after, { '', '0' }
local members = redis.call('ZRANGE', KEYS[1], '(' .. after, '+inf', 'BYSCORE', 'LIMIT', 0, most, 'WITHSCORES')

local function take_memory(id)
  local memory = dump_memory(records .. id, id, KEYS[3], vectors == '1', tonumber(since))
  if not memory then return end
  table.insert(found, memory)
  bytes = bytes + #memory[1]
  for _, version in ipairs(memory[4]) do bytes = bytes + #version end
end

-- False where some of its messages are left.
local function take_session(facet)
  local head = redis.call('HGETALL', sessions .. facet)
  if not head[1] then return true end
  local number, latest, incarnation = string.match(redis.call('HGET', KEYS[2], facet) or '', '^(%d+) (%d+) (.*)$')
  local same = incarnation == redis.call('HGET', sessions .. facet, 'i')
  -- An idle session is left out of an incremental export: then none of its messages are in the file.
  local from = same and tonumber(latest) >= tonumber(since) and tonumber(number) or 0
  if begun == facet then from = math.max(from, tonumber(done)) end
  local entries = redis.call('XRANGE', messages .. facet, '(' .. string.format('%d', from) .. '-0', '+', 'COUNT', page)
  table.insert(heads, { head, from, entries })
  for _, entry in ipairs(entries) do bytes = bytes + #entry[2][10] end
  if #entries < tonumber(page) then return true end
  open = { facet, (string.match(entries[#entries][1], '^%d+')) }
  return false
end

local ended = true
for i = 1, #members, 2 do
  local kind, name = string.match(members[i], '^(%a) (.*)$')
  if bytes >= tonumber(enough) or (kind == 's' and not take_session(name)) then
    ended = false
    break
  end
  if kind == 'm' then take_memory(name) end
  last = members[i + 1]
end
if ended and #members == 2 * tonumber(most) then ended = redis.call('ZCOUNT', KEYS[1], '(' .. last, '+inf') == 0 end
if not ended then return { found, heads, last, open[1], open[2], '', now, {}, false } end
local groups = redis.call('HLEN', KEYS[5]) <= tonumber(most_groups) and redis.call('HVALS', KEYS[5])
local gone = redis.call('ZRANGE', KEYS[4], string.format('%d', now), '+inf', 'BYSCORE')
return { found, heads, last, '', '0', '1', now, gone, groups }
