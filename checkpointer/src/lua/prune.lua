--[[
Removes old checkpoints of a thread, and all that only they referred to. In each namespace the newest stay, and so
does whatever they need: checkpoints with an unanswered interrupt, ancestors whose writes rebuild a
delta channel, and the parent of a checkpoint of an old format, which holds its pending sends. The namespaces of
subgraph calls (they carry a task id after ':') go with the checkpoint of the root graph that made the call.

KEYS    index, heads, values, writes, segments

ARGV[1] how many to keep in each namespace, at least 1

Returns how many were removed.
]]
local keep_last = tonumber(ARGV[1])
local members = redis.call('ZRANGE', INDEX, 0, -1)
local heads, namespaces, order = {}, {}, {}
for _, member in ipairs(members) do
  heads[member] = head_of(member)
  local namespace = namespace_of(member)
  if not namespaces[namespace] then
    namespaces[namespace] = {}
    table.insert(order, namespace)
  end
  table.insert(namespaces[namespace], member)
end

local function interrupted(member)
  local writes, waiting, finished = writes_of(member), {}, {}
  for i = 1, #writes, WRITE_SIZE do
    if writes[i + CHANNEL] == '__interrupt__' then waiting[writes[i + TASK]] = true end
    if writes[i + IDX] >= 0 then finished[writes[i + TASK]] = true end
  end
  for task in pairs(waiting) do
    if not finished[task] then return true end
  end
  return false
end

-- An ancestor that is kept for its writes alone is not followed further: two delta channels that store their values
-- in turn would else keep everything.
local kept, followed = {}, {}
local function keep(member)
  if followed[member] or not heads[member] then return end
  kept[member], followed[member] = true, true
  local head, namespace = heads[member], namespace_of(member)
  if head[FORMAT] < 4 and head[PARENT] ~= '' then keep(namespace .. head[PARENT]) end
  for _, channel in ipairs(head[DELTAS]) do
    local parent = head[PARENT]
    while parent ~= '' and heads[namespace .. parent] do
      kept[namespace .. parent] = true
      if ref_of(heads[namespace .. parent], channel) then break end
      parent = heads[namespace .. parent][PARENT]
    end
  end
end

-- The root graph's namespace sorts first, so its checkpoints are decided when a subgraph's turn comes.
for _, namespace in ipairs(order) do
  local own = namespaces[namespace]
  local call = string.find(namespace, ':', 1, true)
  for i, member in ipairs(own) do
    local root = heads[member][ROOT]
    local of_gone_call = call and root ~= '' and not kept['\0' .. root]
    if (i > #own - keep_last and not of_gone_call) or interrupted(member) then keep(member) end
  end
end

local removed = {}
for _, member in ipairs(members) do
  if not kept[member] then table.insert(removed, member) end
end
if #removed == 0 then return 0 end

local function delete(command, key, fields)
  for from = 1, #fields, BATCH do
    redis.call(command, key, unpack(fields, from, math.min(from + BATCH - 1, #fields)))
  end
end
for _, member in ipairs(removed) do
  local fields = { member }
  for _, task in ipairs(tasks_of(member)) do table.insert(fields, task_field(member, task)) end
  delete('HDEL', WRITES, fields)
end
delete('ZREM', INDEX, removed)
delete('HDEL', HEADS, removed)

local live = { seq = true }
for member in pairs(kept) do
  local head = heads[member]
  live[tostring(head[DOCUMENT])], live[tostring(head[METADATA])] = true, true
  for i = 3, #head[REFS], 3 do live[tostring(head[REFS][i])] = true end
end
-- All that are left, also those of a checkpoint that is about to be stored.
local left = redis.call('HGETALL', WRITES)
for i = 1, #left, 2 do
  local _, borders = string.gsub(left[i], '%z', '')
  local writes = borders == 2 and cmsgpack.unpack(left[i + 1]) or {}
  for seq = 4, #writes, 4 do live[tostring(writes[seq])] = true end
end

local dead, live_segments = {}, {}
for _, seq in ipairs(redis.call('HKEYS', VALUES)) do
  if not live[seq] then
    table.insert(dead, seq)
  else
    local payload = redis.call('HGET', VALUES, seq)
    if string.byte(payload) == LIST then
      for at = 2, #payload, SEGMENT_SIZE do live_segments[string.sub(payload, at, at + SEGMENT_SIZE - 1)] = true end
    end
  end
end
delete('HDEL', VALUES, dead)

local dead_segments = {}
for _, id in ipairs(redis.call('HKEYS', SEGMENTS)) do
  if not live_segments[id] then table.insert(dead_segments, id) end
end
delete('HDEL', SEGMENTS, dead_segments)
return #removed
