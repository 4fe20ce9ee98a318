--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/gone"
--- @include "lua/quota"
--- @include "lua/state-size"
--[[
Put before the scripts that change state, or look at its history: what a document is, and how one change of it is written.

Takes off the front, after what audit.lua takes: 3 keys, 5 arguments.

KEYS[1] the namespace's head: number and time of its last change; renewed and keep = when the stream was last given its
        time to live, and how long history was kept then; erased_to = number of the last change that an erasure took out
        of the stream; listed = '1' if the list of documents has all of them: see state/lua/list.lua; bytes, first and
        span: see lua/state-size.lua
KEYS[2] its change stream
KEYS[3] its settings

ARGV[1] who asks
ARGV[2] how long history is kept where the settings don't say, milliseconds
ARGV[3] the channel on which watchers are woken
ARGV[4] '1' if JSON.SET must say that doubles stay doubles: see narrowsFloats in capabilities.ts
ARGV[5] how many bytes the namespace may hold, where the settings don't say; '' for any number

A document is a RedisJSON root value with a hash:
v version, t when that became current, b who made it, o by which operation,
e when it expires or '', l its time to live or '', s '1' if reading renews it,
x when its history was last trimmed and renewed, h how long history was kept then, z what it counts for: see
lua/state-size.lua. All times in milliseconds.
j its text, where a number in it might not outlast a snapshot: RedisJSON writes documents there as text, and reads some
numbers one place off. Then the text says what the document is; it is mended from it before anything looks into it.
An expired document is missing for all callers at once. Redis removes it only after the history's time, because until
then a caller may ask what it was.

Its history is a stream of superseded versions: id <when it became current>-<version>, o, b, e, s, j = the value, and l if it had a
time to live.
A deletion is an entry without a value, with z.

If Redis's clock was put back, versions have times that are still to come. They were written before now, after the last
access to the namespace whose time has come, and count as written then. Otherwise as-of reads would answer what was
current before them, until their time comes. The next change of the document gives them that time in its history. The
change stream never goes back: its times say the order.
]]
local state_head, state_changes, state_settings = table.remove(KEYS, 1), table.remove(KEYS, 1), table.remove(KEYS, 1)
local state_agent, state_keep, state_channel = table.remove(ARGV, 1), tonumber(table.remove(ARGV, 1)), table.remove(ARGV, 1)
-- The end of each JSON.SET of a caller's value.
local state_words = table.remove(ARGV, 1) == '1' and { 'FPHA', 'FP64' } or {}
local state_quota = table.remove(ARGV, 1)
local state_number, state_time, state_renewed, state_kept
local state_said = redis.call('HMGET', state_settings, 'retention_state_history_seconds', 'quota_by', 'quota_bytes', 'operator_quota_bytes', 'state_ttl_default_seconds', 'state_ttl_max_seconds')
-- Where the settings say it, retention trims by the changes: none may be trimmed before it has seen it.
local state_retention = tonumber(state_said[1] or nil)
if state_retention then state_keep = state_retention * 1000 end
state_quota = quota_most(state_said[2], state_said[3], state_said[4], state_quota)

local state_opened
-- Reads the head once, and counts out what has ended.
local function state_open()
  if state_opened then return end
  state_opened = redis.call('HMGET', state_head, 'number', 'time', 'renewed', 'keep', 'bytes', 'first', 'span')
  size_begin(state_head, { unpack(state_opened, 5, 7) }, state_keep)
  size_prune()
end

-- Whether a quota refuses so many bytes more. Memories and sessions that have ended may still be counted: see withinQuota in
-- src/redis/state/within-quota.ts.
local function state_over(more)
  if not state_quota or more <= 0 then return false end
  state_open()
  local used = redis.call('HMGET', size_named(state_head, 'state%-head', 'usage'), 'bytes', 'session_bytes')
  return tonumber(used[1] or 0) + tonumber(used[2] or 0) + size_bytes + more > state_quota
end

local function state_entry_time(stream, last)
  local entry = redis.call('XREVRANGE', stream, last, '-', 'COUNT', 1)[1]
  return entry and tonumber(string.match(entry[1], '^(%d+)')) or 0
end

-- The time of versions whose own time is still to come. Without an older access, it is one at which they stay in history.
local function state_past(history)
  local last = int(now)
  return int(math.max(state_entry_time(audit_stream, last), state_entry_time(history, last), now - state_keep / 2))
end

local function state_load(meta, history)
  local field = redis.call('HMGET', meta, 'v', 't', 'b', 'o', 'e', 'l', 's', 'x', 'j', 'h', 'z')
  if not field[1] then return nil end
  return {
    version = field[1], time = tonumber(field[2]) > now and state_past(history) or field[2], id = field[2] .. '-' .. field[1], by = field[3], op = field[4],
    expires = field[5], ttl = field[6], sliding = field[7], trimmed = tonumber(field[8]) or 0, kept = tonumber(field[10]), text = field[9], size = field[11],
    live = field[5] == '' or tonumber(field[5]) > now,
  }
end

-- The value as it was written.
local function state_text(doc, current) return current.text or redis.call('JSON.GET', doc) end

-- What a document counts for. One that a release wrote which didn't count is counted now, so this comes after the audit: many old
-- versions by several writes.
-- `text`: the document's, where it has changed already.
local function state_size(key, doc, history, before, text)
  state_open()
  local size = before and size_read(before.size) or size_last(history)
  if not before or size.version == before.version then
    size_go_on(size, key, history, before and tonumber(before.time))
    return size
  end
  size_count(size, key, history, before.version, text or state_text(doc, before), before.expires, tonumber(before.time))
  return size
end

-- What a caller must mend before it tries again; nil if the document is what was written.
local function state_drift(doc, current)
  if current and current.text and redis.call('JSON.GET', doc) ~= current.text then return current.text end
end

-- Milliseconds to live as text, '' for no expiry. `asked`: seconds, 'null' (no expiry), or '' (the namespace's
-- default). Nothing outlives the namespace's maximum. If more is asked, returns nil and that maximum.
local function state_ttl(asked)
  local most = tonumber(state_said[6] or nil)
  local seconds = tonumber(asked)
  if seconds and most and seconds > most then return nil, int(most) end
  if asked == '' then seconds = tonumber(state_said[5] or nil) end
  if most and (not seconds or seconds > most) then seconds = most end
  return seconds and int(seconds * 1000) or ''
end

local function state_expiry(ttl) return ttl == '' and '' or int(now + tonumber(ttl)) end

-- Notes that a document was deleted ('d'), or with its history ('e').
local function state_note(kind, key)
  gone_note((string.gsub(state_head, ':state%-head:{', ':gone:{', 1)), kind .. ' ' .. redis.sha1hex(key))
end

-- The list of the namespace's documents. It is complete from the first change on; a store that had changes before it had
-- lists is completed by state/list.ts.
local state_names = (string.gsub(state_head, ':state%-head:{', ':state-names:{', 1))

local state_added = 0

local function state_list(key) state_added = state_added + redis.call('ZADD', state_names, 0, key) end

-- For each document that is new on the list, two others are looked at: those that have expired leave the list so, also where
-- nobody reads it. After the last write, because a document is on the list before it is there.
local function state_prune()
  local facts = string.gsub(state_head, ':state%-head:{', ':state-facts:{', 1) .. ':'
  local histories = string.gsub(state_head, ':state%-head:{', ':state-old:{', 1) .. ':'
  for _ = 1, 2 * state_added do
    local key = redis.call('ZRANDMEMBER', state_names)
    -- A history that outlives its document is found by this list.
    if key and redis.call('EXISTS', facts .. key, histories .. key) == 0 then redis.call('ZREM', state_names, key) end
  end
end

-- Gives the next change its number, and notifies those who follow the stream. Returns the number and the time.
local function state_change(key, op)
  if not state_number then
    state_open()
    local head = state_opened
    state_number = tonumber(head[1]) or 0
    if not head[1] then redis.call('HSET', state_head, 'listed', '1') end
    state_time = math.max(now, tonumber(head[2]) or 0)
    state_renewed, state_kept = tonumber(head[3]) or 0, tonumber(head[4])
  end
  state_number = state_number + 1
  local version = int(state_number)
  local edge = state_retention and '0' or int(state_time - state_keep)
  redis.call('XADD', state_changes, 'MINID', '~', edge, int(state_time) .. '-' .. version, 'k', key, 'o', op, 'b', state_agent)
  if op == 'delete' then
    redis.call('ZREM', state_names, key)
    state_note('d', key)
  else
    state_list(key)
  end
  return version, int(now)
end

-- Once, after the last change of a script.
local function state_finish()
  state_prune()
  redis.call('HSET', state_head, 'number', int(state_number), 'time', int(state_time), 'bytes', int(size_bytes), 'first', size_first and int(size_first) or '', 'span', int(state_keep))
  -- By another retention the stream would expire too early, however often something changes.
  if now - state_renewed > state_keep / 16 or state_kept ~= state_keep then
    redis.call('HSET', state_head, 'renewed', int(now), 'keep', int(state_keep))
    redis.call('PEXPIRE', state_changes, int(state_keep * 1.125))
  end
  redis.call('PUBLISH', state_channel, '')
end

-- A version that was superseded is wanted as long as it was current within the history's time: so the newest one
-- from before that stays.
local function state_trim(history)
  local edge = redis.call('XREVRANGE', history, int(now - state_keep), '-', 'COUNT', 1)[1]
  if edge then redis.call('XTRIM', history, 'MINID', edge[1]) end
end

-- All that is in a history was superseded before now. Renewed generously, so that not every write has to renew it
-- again.
local function state_keep_history(history)
  redis.call('PEXPIRE', history, int(state_keep * 1.0625))
end

-- Gives the versions of a history whose time is still to come another time, in their order. A stream takes no id below
-- one that it had before, so it is made again.
local function state_draw_back(history)
  local time, entries = state_past(history), redis.call('XRANGE', history, '-', '+')
  redis.call('DEL', history)
  for _, entry in ipairs(entries) do
    local at, version = string.match(entry[1], '^(%d+)(%-%d+)$')
    redis.call('XADD', history, (tonumber(at) > now and time or at) .. version, unpack(entry[2]))
  end
  state_keep_history(history)
end

local function state_append(history, ...)
  local reply = redis.pcall('XADD', history, ...)
  if type(reply) ~= 'table' or not reply.err then return end
  if not string.find(reply.err, 'equal or smaller', 1, true) then error(reply) end
  state_draw_back(history)
  redis.call('XADD', history, ...)
end

-- Keeps the version that is about to be superseded.
local function state_archive(history, current, json)
  local life = current.ttl ~= '' and { 'l', current.ttl } or {}
  state_append(history, current.time .. '-' .. current.version, 'o', current.op, 'b', current.by, 'e', current.expires, 's', current.sliding, 'j', json, unpack(life))
end

local function state_bury(history, version, time, size)
  size.version = version
  state_append(history, time .. '-' .. version, 'o', 'delete', 'b', state_agent, 'z', size_text(size))
end

-- Writes what is to be known of a new version. `before` is the document that it supersedes, or nil; `after.keep` says
-- that its text is to be kept, `after.text` is that text where it is known, `after.size` what the document counts for.
local function state_settle(doc, meta, history, before, after)
  local trimmed = before and before.trimmed or 0
  if before and (now - trimmed > state_keep / 32 or before.kept ~= state_keep) then
    state_trim(history)
    state_keep_history(history)
    trimmed = now
  end
  redis.call('HSET', meta, 'v', after.version, 't', after.time, 'b', state_agent, 'o', after.op, 'e', after.expires, 'l', after.ttl, 's', after.sliding, 'x', int(trimmed), 'h', int(state_keep), 'z', size_text(after.size))
  if after.keep then
    redis.call('HSET', meta, 'j', after.text or redis.call('JSON.GET', doc))
  elseif before and before.text then
    redis.call('HDEL', meta, 'j')
  end
  if after.expires ~= '' then
    local until_removed = int(tonumber(after.expires) + state_keep)
    redis.call('PEXPIREAT', doc, until_removed)
    redis.call('PEXPIREAT', meta, until_removed)
  elseif before and before.expires ~= '' then
    redis.call('PERSIST', doc)
    redis.call('PERSIST', meta)
  end
end

-- Whether a document meets a precondition: '' anything, '*' there, '-' not there, else a version.
local function state_matches(current, wanted)
  if wanted == '' then return true end
  if wanted == '-' then return not current end
  return current ~= nil and (wanted == '*' or current.version == wanted)
end

-- JSON.MERGE has no word for doubles: arrays that it brought are set again. Pairs of a path and a text.
local function state_widen(doc, prefix, from, count)
  for i = from, from + 2 * count - 1, 2 do
    redis.call('JSON.SET', doc, prefix .. ARGV[i], ARGV[i + 1], unpack(state_words))
  end
end

-- RedisJSON reads some numbers one place off: each fix, a path and what to add, puts one right.
local function state_fix(doc, prefix, from, count)
  for i = from, from + 2 * count - 1, 2 do
    redis.call('JSON.NUMINCRBY', doc, prefix .. ARGV[i], ARGV[i + 1])
  end
end
