--- @include "lua/clock"
--- @include "lua/quota"
--- @include "lua/state-size"
--[[
Put before every script that changes how much a namespace holds: counts its memories and their bytes, and says when
there would be too many.

Takes off the front, after what audit.lua takes: 3 keys, 6 arguments.

KEYS[1] memories and bytes, those of sessions apart, how many memories have ended by themselves, and two of the agents that write there, a
        hash
KEYS[2] what of it ends by itself, a sorted set of <id>:<bytes> by when that is
KEYS[3] the namespace's settings

ARGV[1] how many memories, where the settings don't say; '' for any number
ARGV[2] how many bytes, likewise
ARGV[3] bytes of the memory's JSON that this script writes, or ''
ARGV[4] bytes of the vectors that this script writes; '' if it leaves them as they are
ARGV[5] '1' if no quota refuses it; '2' if a quota refuses it also where it is there already, as its writer may not know that
ARGV[6] how long an old version is kept where the settings don't say, milliseconds; '' for as long as its memory

A memory's bytes are those of its JSON, interaction included, of its vectors, and of its old versions: index.bytes,
index.vector_bytes and index.version_bytes of its record. A session's are those of its messages' JSON and ids, and of its
running summary. What state counts for is in lua/state-size.lua.
]]
local usage_key, usage_ending, usage_settings = table.remove(KEYS, 1), table.remove(KEYS, 1), table.remove(KEYS, 1)
local usage_defaults = { table.remove(ARGV, 1), table.remove(ARGV, 1) }
local usage_json, usage_vectors = tonumber(table.remove(ARGV, 1)), tonumber(table.remove(ARGV, 1))

-- The same keys as in src/redis/keys.ts: uses of memories; the bytes of each session; sessions by their end, and by
-- their last append.
local function usage_named(name) return (string.gsub(usage_ending, ':usage%-ending:{', ':' .. name .. ':{', 1)) end
local usage_uses, usage_sessions = usage_named('uses'), usage_named('session-bytes')
local usage_sessions_ending, usage_sessions_all = usage_named('sessions-ending'), usage_named('sessions')
local usage_mode = table.remove(ARGV, 1)
local usage_exempt, usage_blind = usage_mode == '1', usage_mode == '2'
local usage_version_ms = tonumber(table.remove(ARGV, 1))
-- Old versions that end before their memories: a sorted set of <id>:<version>:<bytes> by their end.
local usage_versions, usage_record = usage_named('versions-ending'), usage_named('rec') .. ':'

local function usage_add(memories, bytes)
  redis.call('HINCRBY', usage_key, 'bytes', string.format('%d', bytes))
  if redis.call('HINCRBY', usage_key, 'memories', memories) <= 0 then
    redis.call('HDEL', usage_key, 'memories', 'bytes', 'author', 'other')
  end
end

-- Subtracts what has expired. This isn't part of the act, so it may come before the audit.
local function usage_prune(most)
  local ended = redis.call('ZRANGE', usage_ending, '-inf', '(' .. string.format('%d', now), 'BYSCORE', 'LIMIT', 0, most)
  if #ended == 0 then return end
  local bytes = 0
  for _, member in ipairs(ended) do
    local id, size = string.match(member, '^(.-):(%d+)$')
    bytes = bytes + tonumber(size)
    redis.call('HDEL', usage_uses, id)
    -- A look at a key that has expired deletes it: what is counted out is in no index any more.
    redis.call('EXISTS', usage_record .. id)
  end
  usage_add(-#ended, -bytes)
  redis.call('HINCRBY', usage_key, 'ended', #ended)
  redis.call('ZREM', usage_ending, unpack(ended))
end

local function usage_add_sessions(bytes)
  if bytes == 0 then return end
  if redis.call('HINCRBY', usage_key, 'session_bytes', string.format('%d', bytes)) <= 0 then
    redis.call('HDEL', usage_key, 'session_bytes')
  end
end

-- A session counts for this many more (or fewer) bytes. One from before sessions were counted never counts for less
-- than nothing.
local function usage_session(facet, bytes)
  local before = tonumber(redis.call('HGET', usage_sessions, facet) or 0)
  local after = math.max(0, before + bytes)
  redis.call('HSET', usage_sessions, facet, string.format('%d', after))
  usage_add_sessions(after - before)
end

-- Counts sessions out.
local function usage_end_sessions(facets)
  local bytes = 0
  for _, size in ipairs(redis.call('HMGET', usage_sessions, unpack(facets))) do bytes = bytes + tonumber(size or 0) end
  usage_add_sessions(-bytes)
  redis.call('HDEL', usage_sessions, unpack(facets))
  redis.call('ZREM', usage_sessions_ending, unpack(facets))
  redis.call('ZREM', usage_sessions_all, unpack(facets))
end

-- Takes what has ended off the lists, and counts it out.
local function usage_prune_sessions(most)
  local ended = redis.call('ZRANGE', usage_sessions_ending, '-inf', '(' .. string.format('%d', now), 'BYSCORE', 'LIMIT', 0, most)
  if #ended > 0 then usage_end_sessions(ended) end
end

local function usage_quota()
  local names = { 'quota_by', 'quota_memories', 'quota_bytes', 'operator_quota_memories', 'operator_quota_bytes' }
  local set = redis.call('HMGET', usage_settings, unpack(names))
  return quota_most(set[1], set[2], set[4], usage_defaults[1]), quota_most(set[1], set[3], set[5], usage_defaults[2])
end

-- Memories, bytes, and how many of these are sessions' and state's.
local function usage_now()
  if not size_bytes then size_open(usage_named('state-head')) end
  size_prune()
  local used = redis.call('HMGET', usage_key, 'memories', 'bytes', 'session_bytes')
  local sessions = tonumber(used[3] or 0)
  return tonumber(used[1] or 0), tonumber(used[2] or 0) + sessions + size_bytes, sessions, size_bytes
end

-- The quota that a change would break: 'memories', 'bytes' or nil. What makes less of it is never refused.
local function usage_over(memories, bytes)
  if usage_exempt then return nil end
  local most_memories, most_bytes = usage_quota()
  -- A bounded number a write; many more only where they decide.
  for _, most in ipairs({ 100, 5000 }) do
    usage_prune(most)
    usage_prune_sessions(most)
    if not most_memories and not most_bytes then return nil end
    local used_memories, used_bytes = usage_now()
    local broken = most_memories and memories > 0 and used_memories + memories > most_memories and 'memories'
      or most_bytes and bytes > 0 and used_bytes + bytes > most_bytes and 'bytes'
    if not broken then return nil end
    if most == 5000 then return broken end
  end
end

-- The bytes that a stored memory counts for: its JSON, its vectors, and its old versions.
local function usage_of(record)
  local found = redis.call('JSON.GET', record, '$.index.bytes', '$.index.vector_bytes', '$.index.version_bytes')
  found = found and cjson.decode(found) or {}
  local function bytes(path) return (found[path] or {})[1] or 0 end
  return bytes('$.index.bytes'), bytes('$.index.vector_bytes'), bytes('$.index.version_bytes')
end

local function usage_total(record)
  local json, vectors, versions = usage_of(record)
  return json + vectors + versions
end

-- Whether another agent than this one wrote here too, since the namespace was last empty. The first two are kept next
-- to the count, which is enough to know it for any third.
local function usage_others(agent)
  local known = redis.call('HMGET', usage_key, 'author', 'other')
  if not known[1] then
    redis.call('HSET', usage_key, 'author', agent)
  elseif not known[2] and known[1] ~= agent then
    redis.call('HSET', usage_key, 'other', agent)
  end
  return known[2] or (known[1] and known[1] ~= agent)
end

local function usage_member(id, bytes) return id .. ':' .. string.format('%d', bytes) end

-- `expiry`: milliseconds since the epoch; nil, '' or less than 1 for none.
local function usage_enter(id, bytes, expiry)
  expiry = tonumber(expiry or '') or 0
  usage_add(1, bytes)
  if expiry > 0 then redis.call('ZADD', usage_ending, string.format('%d', expiry), usage_member(id, bytes)) end
end

local function usage_leave(id, bytes, expiry)
  -- Written before there was a count.
  if bytes == 0 then return end
  -- If it has ended for usage_prune a moment before it has for Redis, it is counted out already.
  if expiry > 0 and redis.call('ZREM', usage_ending, usage_member(id, bytes)) == 0 then return end
  usage_add(-1, -bytes)
end

-- Counts out old versions that have ended before their memories. A memory that is gone was counted out with them.
local function usage_prune_versions(most)
  local at = string.format('%d', now)
  for _, member in ipairs(redis.call('ZRANGE', usage_versions, '-inf', '(' .. at, 'BYSCORE', 'LIMIT', 0, most)) do
    redis.call('ZREM', usage_versions, member)
    local id, size = string.match(member, '^(.-):%d+:(%d+)$')
    local record, bytes = usage_record .. id, tonumber(size)
    local json, vectors, versions = usage_of(record)
    local total, ends = json + vectors + versions, redis.call('PEXPIRETIME', record)
    if versions >= bytes and (ends <= 0 or redis.call('ZREM', usage_ending, usage_member(id, total)) == 1) then
      if ends > 0 then redis.call('ZADD', usage_ending, string.format('%d', ends), usage_member(id, total - bytes)) end
      usage_add(0, -bytes)
      redis.call('JSON.NUMINCRBY', record, '$.index.version_bytes', string.format('%d', -bytes))
    end
  end
end

-- Before the script reads what a memory counts for.
usage_prune_versions(50)
