--[[
Reads checkpoints of a thread.

KEYS    index, heads, values, writes, segments

ARGV[1] TTL in milliseconds to set again, or '0'
then (namespace \0, id) per checkpoint; '' for the newest of the namespace.

Returns a reply with an item per checkpoint that is there.
]]
local items = {}
for i = 2, #ARGV, 2 do
  local member = ARGV[i + 1] == '' and newest(ARGV[i]) or ARGV[i] .. ARGV[i + 1]
  local head = head_of(member)
  if head then table.insert(items, full_item(member, head)) end
end
if #items > 0 and ARGV[1] ~= '0' then expire(ARGV[1]) end
return reply(items)
