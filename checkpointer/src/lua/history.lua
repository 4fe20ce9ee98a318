--[[
Walks from a checkpoint's parent towards the root, until each of the channels has met an ancestor that stores its
value.

KEYS    index, heads, values, writes, segments

ARGV[1] TTL in milliseconds to set again, or '0'
ARGV[2] namespace \0
ARGV[3] id of the checkpoint, or '' for the newest
ARGV[4+] channels

Returns a reply with an item per ancestor, the nearest first: { { channel, place of its value, ... }, writes to the
channels that were still looked for }.
]]
local remaining, left = {}, 0
for i = 4, #ARGV do
  if not remaining[ARGV[i]] then left = left + 1 end
  remaining[ARGV[i]] = true
end

local head = head_of(ARGV[3] == '' and (newest(ARGV[2]) or '') or ARGV[2] .. ARGV[3])
if head and ARGV[1] ~= '0' then expire(ARGV[1]) end
local items = {}
while head and head[PARENT] ~= '' and left > 0 do
  local member = ARGV[2] .. head[PARENT]
  head = head_of(member)
  if not head then break end

  local writes, kept = writes_of(member), {}
  for i = 1, #writes, WRITE_SIZE do
    if remaining[writes[i + CHANNEL]] then
      for part = 0, WRITE_SIZE - 1 do kept[#kept + 1] = writes[i + part] end
    end
  end

  local seeds, refs = {}, head[REFS]
  for i = 1, #refs, 3 do
    if remaining[refs[i]] then
      remaining[refs[i]] = nil
      left = left - 1
      table.insert(seeds, refs[i])
      table.insert(seeds, want(refs[i + 2]))
    end
  end
  if #seeds > 0 or #kept > 0 then table.insert(items, { seeds, want_writes(kept) }) end
end
return reply(items)
