--[[
Heads and writes, as the scripts keep them. Payloads are opaque: only their first byte is looked at.

A head is what is known of a checkpoint without reading a payload:
{ parent id or '', format, root checkpoint id or '', seq of the document, seq of the metadata, refs, deltas }
with refs = { channel, version, seq, channel, version, seq, ... } and deltas = the channels whose value is to be
rebuilt from the ancestors' writes.

Writes are kept by task, as { idx, path, channel, seq, ... }, so that a step of many tasks costs each of them the
same; beside them stand the names of a checkpoint's tasks, each with a \0 behind it. Together they are read as
{ task, idx, path, channel, seq, task, idx, path, channel, seq, ... }.

A seq names a value; each is given out once, so that no writer can overwrite what another branch refers to.
]]
local INDEX, HEADS, VALUES, WRITES, SEGMENTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local PARENT, FORMAT, ROOT, DOCUMENT, METADATA, REFS, DELTAS = 1, 2, 3, 4, 5, 6, 7
local TASK, IDX, PATH, CHANNEL, SEQ, WRITE_SIZE = 0, 1, 2, 3, 4, 5
local BATCH = 1000
local LIST, SEGMENT_SIZE = string.byte('l'), 16

local function head_of(member)
  local packed = redis.call('HGET', HEADS, member)
  return packed and cmsgpack.unpack(packed)
end

-- Lua's stack holds some thousand arguments.
local function fetch(key, fields)
  if #fields == 0 then return {} end
  if #fields <= BATCH then return redis.call('HMGET', key, unpack(fields)) end
  local all = {}
  for from = 1, #fields, BATCH do
    local found = redis.call('HMGET', key, unpack(fields, from, math.min(from + BATCH - 1, #fields)))
    for i = 1, #found do all[from + i - 1] = found[i] end
  end
  return all
end

local function task_field(member, task)
  return member .. '\0' .. task
end

local function tasks_of(member)
  local names = {}
  for task in string.gmatch(redis.call('HGET', WRITES, member) or '', '([^%z]*)%z') do names[#names + 1] = task end
  return names
end

local function writes_of(member)
  local tasks, fields, writes = tasks_of(member), {}, {}
  for i, task in ipairs(tasks) do fields[i] = task_field(member, task) end
  local found = fetch(WRITES, fields)
  for i, task in ipairs(tasks) do
    local own = cmsgpack.unpack(found[i])
    for at = 1, #own, 4 do
      local place = #writes
      writes[place + 1], writes[place + 2], writes[place + 3] = task, own[at], own[at + 1]
      writes[place + 4], writes[place + 5] = own[at + 2], own[at + 3]
    end
  end
  return writes
end

-- The seq of a channel's value, if the head has one: of that version only, if a version is given.
local function ref_of(head, channel, version)
  local refs = head[REFS]
  for i = 1, #refs, 3 do
    if refs[i] == channel and (not version or refs[i + 1] == version) then return refs[i + 2] end
  end
end

-- Members are `namespace \0 id`, and no namespace holds a \0.
local function namespace_of(member)
  return string.sub(member, 1, string.find(member, '\0', 1, true))
end

local function newest(namespace)
  local range = redis.call('ZRANGE', INDEX, '(' .. string.sub(namespace, 1, -2) .. '\1', '[' .. namespace, 'BYLEX', 'REV', 'LIMIT', 0, 1)
  return range[1]
end
