--[[
Collects what a reply needs, each value and each list element once, however many checkpoints share it.

The reply is { items, values, elements } with values = { seq, payload, ... } and elements = { id, payload, ... }.
]]
local BATCH = 1000
local wanted, wanted_order = {}, {}

local function want(seq)
  if not wanted[seq] then
    wanted[seq] = true
    table.insert(wanted_order, seq)
  end
  return seq
end

local function want_writes(writes, only_channel)
  for i = 1, #writes, WRITE_SIZE do
    if not only_channel or writes[i + CHANNEL] == only_channel then want(writes[i + SEQ]) end
  end
  return writes
end

-- Lua's stack holds some thousand arguments.
local function fetch(key, fields)
  local pairs_of = {}
  for from = 1, #fields, BATCH do
    local to = math.min(from + BATCH - 1, #fields)
    local found = redis.call('HMGET', key, unpack(fields, from, to))
    for i = from, to do
      table.insert(pairs_of, fields[i])
      table.insert(pairs_of, found[i - from + 1])
    end
  end
  return pairs_of
end

local function reply(items)
  local values = fetch(VALUES, wanted_order)
  local ids, seen = {}, {}
  for i = 2, #values, 2 do
    local payload = values[i]
    if payload and string.sub(payload, 1, 1) == LIST then
      for from = 2, #payload, ELEMENT_SIZE do
        local id = string.sub(payload, from, from + ELEMENT_SIZE - 1)
        if not seen[id] then
          seen[id] = true
          table.insert(ids, id)
        end
      end
    end
  end
  return { items, values, fetch(ELEMENTS, ids) }
end

-- { namespace \0, id, parent, document, metadata, { channel, seq, ... }, writes, pending sends of an old parent }
local function full_item(member, head)
  local namespace = namespace_of(member)
  local refs, channels = head[REFS], {}
  for i = 1, #refs, 3 do
    table.insert(channels, refs[i])
    table.insert(channels, want(refs[i + 2]))
  end
  local sends = {}
  if head[FORMAT] < 4 and head[PARENT] ~= '' then
    sends = want_writes(writes_of(namespace .. head[PARENT]), '__pregel_tasks')
  end
  return {
    namespace,
    string.sub(member, #namespace + 1),
    head[PARENT],
    want(head[DOCUMENT]),
    want(head[METADATA]),
    channels,
    want_writes(writes_of(member)),
    sends,
  }
end
