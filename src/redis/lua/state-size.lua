--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/state-time"
--[[
Put before the scripts that change what a namespace's state counts for, or read it. Takes no keys: they are in the slot of the
namespace, and named after its head. See lua/documents.lua.

The namespace's head has: bytes = what its state counts for; first = the earliest time in the hash state-ends, or missing; span =
how long history is kept, as it was last known.
The hash state-ends has the parts of these bytes that end by themselves: times and bytes. A part ends when history's time has
passed since its time: an old version since it was superseded, a document with a time to live since it expired. Times are
rounded up to a sixteenth of history's time, or to an eighth of what a document has still to live: so there are few.

A document's hash has z, what of that is the document's: the version up to which it is counted, the bytes of that, its time
in state-ends or 0, and ' <time>:<bytes>' for its old versions. A deletion has z in the history instead, for the old versions alone.
]]
local size_head, size_ends, size_keep, size_bytes, size_first, size_span

-- The key of the same namespace that another one names, by the words in front of the namespace.
local function size_named(key, from, to) return (string.gsub(key, ':' .. from .. ':{', ':' .. to .. ':{', 1)) end

-- The namespace's head, by the key of one of its documents or histories, of which `kind` is the word in front of the namespace.
local function size_head_of(key, kind)
  local prefix, namespace = string.match(key, '^(.-):' .. kind .. ':({[^}]*})')
  return prefix .. ':state-head:' .. namespace
end

-- What a version counts for: its text, its key, and what is noted of it besides.
local function size_of(key, text) return 128 + #key + #text end

-- `found`: bytes, first and span of the head; `keep`: how long history is kept, nil: as the head says.
local function size_begin(head, found, keep)
  size_head, size_ends = head, size_named(head, 'state%-head', 'state-ends')
  size_bytes, size_first, size_span = tonumber(found[1] or 0), tonumber(found[2] or nil), tonumber(found[3] or nil)
  size_keep = keep or size_span or 604800000
end

-- For scripts that don't know the settings yet. `default`: where they don't say it, nil: as the head says.
local function size_open(head, default)
  local seconds = redis.call('HGET', size_named(head, 'state%-head', 'settings'), 'retention_state_history_seconds')
  local found = redis.call('HMGET', head, 'bytes', 'first', 'span')
  size_begin(head, found, seconds and tonumber(seconds) * 1000 or default)
end

local function size_save()
  redis.call('HSET', size_head, 'bytes', int(size_bytes), 'first', size_first and int(size_first) or '', 'span', int(size_keep))
end

-- Counts out what has ended. This isn't part of an act, so it may come before the audit.
local function size_prune()
  if not size_first or size_first + size_keep > now then return end
  local parts, ended = redis.call('HGETALL', size_ends), {}
  size_first = nil
  for i = 1, #parts, 2 do
    local time = tonumber(parts[i])
    if time + size_keep <= now then
      size_bytes = size_bytes - tonumber(parts[i + 1])
      table.insert(ended, parts[i])
    else
      size_first = math.min(size_first or time, time)
    end
  end
  for i = 1, #ended, 1000 do redis.call('HDEL', size_ends, unpack(ended, i, math.min(i + 999, #ended))) end
  size_save()
end

local function size_time(time) return size_time_of(time, size_keep) end

-- Lets bytes that are counted end by themselves.
local function size_ending(time, bytes)
  redis.call('HINCRBY', size_ends, time, int(bytes))
  size_first = math.min(size_first or tonumber(time), tonumber(time))
end

-- Counts bytes out that would have ended by themselves, unless they have.
local function size_leave(time, bytes)
  local left = redis.call('HINCRBY', size_ends, time, int(-bytes))
  if left <= 0 then redis.call('HDEL', size_ends, time) end
  size_bytes = size_bytes - bytes - math.min(left, 0)
end

-- What of it is a document's: `version` and `bytes` of the current one, its time in state-ends or '0', and the text of the old ones.
local function size_read(z)
  local version, bytes, ends, old = string.match(z or '', '^(%d+) (%d+) (%d+)(.*)$')
  return { version = version, bytes = tonumber(bytes or 0), ends = ends or '0', old = old or '' }
end

local function size_text(size) return size.version .. ' ' .. int(size.bytes) .. ' ' .. size.ends .. size.old end

-- What is left of a document that was deleted.
local function size_last(history)
  local entry = redis.call('XREVRANGE', history, '+', '-', 'COUNT', 1)[1]
  for i = 1, entry and #entry[2] or 0, 2 do
    if entry[2][i] == 'z' then return size_read(entry[2][i + 1]) end
  end
  return size_read(nil)
end

-- Notes that bytes which are counted are an old version's.
local function size_add_old(size, time, bytes)
  size_ending(time, bytes)
  -- What has ended leaves at the front.
  while true do
    local first, rest = string.match(size.old, '^ (%d+):%d+(.*)$')
    if not first or tonumber(first) + size_keep > now then break end
    size.old = rest
  end
  local from, to, before = string.find(size.old, ' ' .. time .. ':(%d+)')
  if not from then
    size.old = size.old .. ' ' .. time .. ':' .. int(bytes)
  else
    size.old = string.sub(size.old, 1, from) .. time .. ':' .. int(tonumber(before) + bytes) .. string.sub(size.old, to + 1)
  end
end

-- The current version is superseded, or deleted.
local function size_supersede(size)
  if size.bytes == 0 then return end
  if size.ends ~= '0' then
    size_leave(size.ends, size.bytes)
    size_bytes = size_bytes + size.bytes
  end
  size_add_old(size, size_time(now), size.bytes)
  size.bytes, size.ends = 0, '0'
end

-- `expires`: milliseconds since the epoch, or ''.
local function size_set(size, version, bytes, expires)
  size.version, size.bytes, size.ends = version, bytes, expires == '' and '0' or size_time(tonumber(expires))
  size_bytes = size_bytes + bytes
  if size.ends ~= '0' then size_ending(size.ends, bytes) end
end

local function size_drop_old(size)
  for time, bytes in string.gmatch(size.old, ' (%d+):(%d+)') do size_leave(time, tonumber(bytes)) end
  size.old = ''
end

local function size_drop(size)
  if size.ends ~= '0' then size_leave(size.ends, size.bytes) else size_bytes = size_bytes - size.bytes end
  size_drop_old(size)
  size.bytes, size.ends = 0, '0'
end

-- Counts the old versions once more, by what is left of them. `superseded`: when the newest of them was.
local function size_count_old(size, key, history, superseded)
  size_drop_old(size)
  local from, bytes = '-', 0
  local function add(time)
    if bytes == 0 or size_time(time) + size_keep <= now then return end
    size_bytes = size_bytes + bytes
    size_add_old(size, size_time(time), bytes)
  end
  repeat
    local entries = redis.call('XRANGE', history, from, '+', 'COUNT', 10)
    for _, entry in ipairs(entries) do
      add(tonumber(string.match(entry[1], '^%d+')))
      bytes = 0
      for i = 1, #entry[2], 2 do
        if entry[2][i] == 'j' then bytes = size_of(key, entry[2][i + 1]) end
      end
      from = '(' .. entry[1]
    end
  until #entries < 10
  add(superseded)
end

-- Counts a document that a release wrote which didn't: what another one counted of it is out of date.
local function size_count(size, key, history, version, text, expires, superseded)
  size_drop(size)
  size_set(size, version, size_of(key, text), expires)
  size_count_old(size, key, history, superseded)
end
