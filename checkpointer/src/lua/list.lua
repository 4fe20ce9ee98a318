--[[
Reads a page of a thread's checkpoints, by descending id, and where ids are the same by namespace.

KEYS    index, heads, values, writes, segments

ARGV[1] TTL in milliseconds to set again, or '0'
ARGV[2] namespace \0, or '' for all of the thread's
ARGV[3] only ids below this one, or ''
ARGV[4] how many at most
ARGV[5] namespace \0 and
ARGV[6] id where the page before ended, or '' and ''
ARGV[7] 'items' or 'metadata': {namespace \0, id, place of the metadata} per checkpoint

Returns a reply.
]]
local limit = tonumber(ARGV[4])

-- Compares bytes, as the index does: Lua's own < uses the server's locale.
local function below(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local found = {}
local function take(namespace)
  local max = '(' .. string.sub(namespace, 1, -2) .. '\1'
  if ARGV[3] ~= '' then max = '(' .. namespace .. ARGV[3] end
  if ARGV[6] ~= '' then
    local from = below(ARGV[5], namespace) and '[' or '('
    local resumed = from .. namespace .. ARGV[6]
    if ARGV[3] == '' or below(ARGV[6], ARGV[3]) then max = resumed end
  end
  for _, member in ipairs(redis.call('ZRANGE', INDEX, max, '[' .. namespace, 'BYLEX', 'REV', 'LIMIT', 0, limit)) do
    table.insert(found, { namespace, string.sub(member, #namespace + 1), member })
  end
end

if ARGV[2] ~= '' then
  take(ARGV[2])
else
  local first = redis.call('ZRANGE', INDEX, 0, 0)[1]
  while first do
    local namespace = namespace_of(first)
    take(namespace)
    first = redis.call('ZRANGE', INDEX, '[' .. string.sub(namespace, 1, -2) .. '\1', '+', 'BYLEX', 'LIMIT', 0, 1)[1]
  end
  table.sort(found, function(a, b)
    if a[2] ~= b[2] then return below(b[2], a[2]) end
    return below(a[1], b[1])
  end)
end

local items = {}
for i = 1, math.min(limit, #found) do
  local member = found[i][3]
  local head = head_of(member)
  if ARGV[7] == 'items' then
    table.insert(items, full_item(member, head))
  else
    table.insert(items, { found[i][1], found[i][2], want(head[METADATA]) })
  end
end
if #items > 0 and ARGV[1] ~= '0' then expire(ARGV[1]) end
return reply(items)
