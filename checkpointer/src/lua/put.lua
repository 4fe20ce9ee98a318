--[[
Stores a checkpoint: its new values, and references to those that it inherits.

KEYS    index, heads, values, writes, segments

ARGV[1] namespace \0
ARGV[2] id
ARGV[3] id of the parent, or ''
ARGV[4] format of the checkpoint
ARGV[5] id of the root graph's checkpoint that this subgraph belongs to, or ''
ARGV[6] TTL in milliseconds, or '0'
ARGV[7] the document
ARGV[8] the metadata
ARGV[9] number of new values
ARGV[10] number of inherited channels
ARGV[11] number of new list segments
ARGV[12] number of delta channels
then (channel, version, payload) per new value, (channel, version) per inherited channel, (id, payload) per
list segment, and the delta channels.

Returns {'stored', 1 if the thread is new, else 0}, or {'missing'} with nothing stored: an inherited value or an
segment is not there (the parent, or the whole thread, is gone), and the caller has to send everything.
]]
local member = ARGV[1] .. ARGV[2]
local parent = ARGV[3] ~= '' and head_of(ARGV[1] .. ARGV[3])
local new_count, inherited_count, segment_count, delta_count =
  tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local inherited_from = 13 + 3 * new_count
local segments_from = inherited_from + 2 * inherited_count
local deltas_from = segments_from + 2 * segment_count

-- A copy of a checkpoint has its grandparent for parent: its values are then those of a sibling.
local function ref_of_any(channel, version)
  local others = redis.call('ZRANGE', INDEX, '[' .. ARGV[1], '(' .. string.sub(ARGV[1], 1, -2) .. '\1', 'BYLEX')
  for i = #others, 1, -1 do
    local seq = ref_of(head_of(others[i]), channel, version)
    if seq then return seq end
  end
end

local refs = {}
local function add_ref(channel, version, seq)
  table.insert(refs, channel)
  table.insert(refs, version)
  table.insert(refs, seq)
end

for i = inherited_from, segments_from - 1, 2 do
  local channel, version = ARGV[i], ARGV[i + 1]
  local seq = parent and ref_of(parent, channel, version) or ref_of_any(channel, version)
  if seq then
    add_ref(channel, version, seq)
  elseif ARGV[3] ~= '' then
    return { 'missing' }
  end
end

local sent = {}
for i = segments_from, deltas_from - 1, 2 do sent[ARGV[i]] = true end

local function segments_stored(channel, payload)
  local from = 2
  local before = parent and ref_of(parent, channel)
  before = before and redis.call('HGET', VALUES, before)
  -- A part that the parent's list has too is stored already. A list mostly grows at its end, so there is little left to
  -- check.
  if before and string.sub(payload, 1, #before) == before then from = #before + 1 end
  for at = from, #payload, SEGMENT_SIZE do
    local id = string.sub(payload, at, at + SEGMENT_SIZE - 1)
    local there = sent[id] or (before and string.sub(before, at, at + SEGMENT_SIZE - 1) == id)
    if not there and redis.call('HEXISTS', SEGMENTS, id) == 0 then return false end
  end
  return true
end

for i = 13, inherited_from - 1, 3 do
  local payload = ARGV[i + 2]
  if string.byte(payload) == LIST and not segments_stored(ARGV[i], payload) then return { 'missing' } end
end

local last = redis.call('HINCRBY', VALUES, 'seq', new_count + 2)
local document, metadata = last - 1, last
redis.call('HSET', VALUES, document, ARGV[7], metadata, ARGV[8])
for n = 0, new_count - 1 do
  local i = 13 + 3 * n
  local seq = last - 2 - n
  redis.call('HSET', VALUES, seq, ARGV[i + 2])
  add_ref(ARGV[i], ARGV[i + 1], seq)
end
for i = segments_from, deltas_from - 1, 2 do redis.call('HSET', SEGMENTS, ARGV[i], ARGV[i + 1]) end

local deltas = {}
for i = deltas_from, deltas_from + delta_count - 1 do table.insert(deltas, ARGV[i]) end

local new_thread = redis.call('EXISTS', INDEX) == 0
redis.call('ZADD', INDEX, 0, member)
redis.call('HSET', HEADS, member, cmsgpack.pack({ ARGV[3], tonumber(ARGV[4]), ARGV[5], document, metadata, refs, deltas }))
expire(ARGV[6])
return { 'stored', new_thread and 1 or 0 }
