--[[
Collects what a reply needs, each value and each list segment once, however many checkpoints share it.

The reply is { items, payloads, payloads of list segments }. An item names a payload by its place, from 1. Segments
stand in the order in which the lists among the payloads name them first: their ids needn't be sent.
]]
local places, wanted = {}, {}

local function want(seq)
  local place = places[seq]
  if not place then
    place = #wanted + 1
    wanted[place] = seq
    places[seq] = place
  end
  return place
end

-- Replaces the seqs of payloads in place by their places.
local function want_writes(writes)
  for i = 1, #writes, WRITE_SIZE do writes[i + SEQ] = want(writes[i + SEQ]) end
  return writes
end

local function reply(items)
  local payloads = fetch(VALUES, wanted)
  local ids, seen = {}, {}
  for i = 1, #payloads do
    local payload = payloads[i]
    if payload and string.byte(payload) == LIST then
      for from = 2, #payload, SEGMENT_SIZE do
        local id = string.sub(payload, from, from + SEGMENT_SIZE - 1)
        if not seen[id] then
          seen[id] = true
          ids[#ids + 1] = id
        end
      end
    end
  end
  return { items, payloads, fetch(SEGMENTS, ids) }
end

-- { namespace \0, id, parent, document, metadata, { channel, place, ... }, writes, an old parent's writes }
local function full_item(member, head)
  local namespace = namespace_of(member)
  local refs, channels = head[REFS], {}
  for i = 1, #refs, 3 do
    channels[#channels + 1] = refs[i]
    channels[#channels + 1] = want(refs[i + 2])
  end
  local sends = {}
  if head[FORMAT] < 4 and head[PARENT] ~= '' then sends = want_writes(writes_of(namespace .. head[PARENT])) end
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
