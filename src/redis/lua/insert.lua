--[[
Stores a new memory with its vectors, or counts one more sighting of the memory that has the same content:
that one then lives as long as the longer of the two would.

KEYS[1]  the record
KEYS[2]  content hash -> id
KEYS[3]  the namespace's sequence
KEYS[4+] one hash per vector, and after them, if it is a turn of a session, the session's last turn

ARGV[1]  id
ARGV[2]  what precedes an id in a record's key
ARGV[3]  the document up to the value of index.seq
ARGV[4]  the document after it
ARGV[5]  expiry, milliseconds since the epoch, or ''
ARGV[6]  now, milliseconds since the epoch
ARGV[7]  the vectors' other fields, a JSON array of names and values by turns
ARGV[8]  id of the memory that lends this one its context, or ''
ARGV[9]  '1' if the vectors hold that context, else '0'
ARGV[10] milliseconds that a session's last turn is remembered
ARGV[11+] one vector per hash in KEYS[4+]

Returns false if it was stored, the other memory as JSON ('[{...}]'), or the quota that it would break.
]]
local vectors = #ARGV - 10
local turn = KEYS[4 + vectors]

local function remember_turn(id)
  if not turn then return end
  redis.call('SET', turn, id, 'PX', ARGV[10])
  if ARGV[5] ~= '' then redis.call('PEXPIREAT', turn, ARGV[5], 'LT') end
end

local function expire(key)
  if ARGV[5] == '' then redis.call('PERSIST', key) else redis.call('PEXPIREAT', key, ARGV[5]) end
end

local existing = redis.call('GET', KEYS[2])
if existing then
  local record = ARGV[2] .. existing
  local current = redis.call('JSON.GET', record, '$.memory.seen_count')
  if current then
    audit('seen', { existing })
    local patch = { seen_count = cjson.decode(current)[1] + 1, last_seen_at = tonumber(ARGV[6]) }
    local expiry = redis.call('PEXPIRETIME', record)
    if expiry > 0 and (ARGV[5] == '' or tonumber(ARGV[5]) > expiry) then
      patch.prolonged_by = 'seen'
      patch.expires_at = ARGV[5] == '' and cjson.null or tonumber(ARGV[5])
      local bytes = usage_total(record)
      usage_leave(existing, bytes, expiry)
      usage_enter(existing, bytes, ARGV[5])
      expire(record)
      expire(KEYS[2])
      for _, key in ipairs(version_all(record)) do expire(key) end
    end
    redis.call('JSON.MERGE', record, '$.memory', cjson.encode(patch))
    remember_turn(existing)
    return redis.call('JSON.GET', record, '$.memory')
  end
end

local broken = usage_over(1, usage_json + usage_vectors)
if broken then
  audit('quota')
  return broken
end
audit('created', { ARGV[1] })
usage_enter(ARGV[1], usage_json + usage_vectors, ARGV[5])
local seq = redis.call('INCR', KEYS[3])
redis.call('JSON.SET', KEYS[1], '$', ARGV[3] .. string.format('%d', seq) .. ARGV[4])
redis.call('SET', KEYS[2], ARGV[1])
-- Deleted since it was read, or refused in the same batch: its words must not live on here.
if ARGV[8] ~= '' and redis.call('EXISTS', ARGV[2] .. ARGV[8]) == 0 then
  local patch = { follows = cjson.null, preceding = cjson.null, context = cjson.null }
  if ARGV[9] == '1' then patch.embed_at = tonumber(ARGV[6]) end
  redis.call('JSON.MERGE', KEYS[1], '$.index', cjson.encode(patch))
end
local fields = cjson.decode(ARGV[7])
for i = 4, 3 + vectors do
  redis.call('HSET', KEYS[i], 'v', ARGV[i + 7], 'since', ARGV[6], unpack(fields))
end
if ARGV[5] ~= '' then
  for i = 1, 3 + vectors do
    if i ~= 3 then expire(KEYS[i]) end
  end
end
remember_turn(ARGV[1])
return false
