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
in state-ends or 0, and ' <time>:<bytes>' for its old versions, in order. A deletion has z in the history instead, for the old
versions alone. ' ><from>><to>' in z names old versions that aren't counted yet, by the ids of the first and the last of them.
]]
local size_head, size_ends, size_keep, size_bytes, size_first, size_span

-- How many old versions one script looks at, and how many bytes of them: a history can be so large that others would wait for it.
local size_most_entries, size_most_bytes = 200, 2 * 1024 * 1024

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
  local before, from, to, after = string.match(old or '', '^(.-) >(%d+%-%d+)>(%d+%-%d+)(.*)$')
  if from then old = before .. after end
  return { version = version, bytes = tonumber(bytes or 0), ends = ends or '0', old = old or '', from = from, to = to }
end

local function size_text(size)
  local left = size.from and ' >' .. size.from .. '>' .. size.to or ''
  return size.version .. ' ' .. int(size.bytes) .. ' ' .. size.ends .. size.old .. left
end

-- What is left of a document that was deleted.
local function size_last(history)
  local entry = redis.call('XREVRANGE', history, '+', '-', 'COUNT', 1)[1]
  for i = 1, entry and #entry[2] or 0, 2 do
    if entry[2][i] == 'z' then return size_read(entry[2][i + 1]) end
  end
  return size_read(nil)
end

-- What has ended leaves at the front.
local function size_forget_ended(size)
  while true do
    local first, rest = string.match(size.old, '^ (%d+):%d+(.*)$')
    if not first or tonumber(first) + size_keep > now then return end
    size.old = rest
  end
end

-- Notes that bytes which are counted are an old version's.
local function size_add_old(size, time, bytes)
  size_ending(time, bytes)
  size_forget_ended(size)
  local from, to, before = string.find(size.old, ' ' .. time .. ':(%d+)')
  if from then
    size.old = string.sub(size.old, 1, from) .. time .. ':' .. int(tonumber(before) + bytes) .. string.sub(size.old, to + 1)
    return
  end
  local place = #size.old + 1
  for at, other in string.gmatch(size.old, '() (%d+):') do
    if tonumber(other) > tonumber(time) then
      place = at
      break
    end
  end
  size.old = string.sub(size.old, 1, place - 1) .. ' ' .. time .. ':' .. int(bytes) .. string.sub(size.old, place)
end

-- Counts bytes of the oldest versions out.
local function size_leave_oldest(size, bytes)
  while bytes > 0 do
    local time, held, rest = string.match(size.old, '^ (%d+):(%d+)(.*)$')
    if not time then return end
    local part = math.min(bytes, tonumber(held))
    size_leave(time, part)
    bytes = bytes - part
    size.old = part == tonumber(held) and rest or ' ' .. time .. ':' .. int(held - part) .. rest
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
  size.old, size.from, size.to = '', nil, nil
end

local function size_drop(size)
  if size.ends ~= '0' then size_leave(size.ends, size.bytes) else size_bytes = size_bytes - size.bytes end
  size_drop_old(size)
  size.bytes, size.ends = 0, '0'
end

local function size_id(id)
  local time, number = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(time), tonumber(number)
end

-- Whether one id of a history is before another.
local function size_before(id, other)
  local time, number = size_id(id)
  local other_time, other_number = size_id(other)
  return time < other_time or (time == other_time and number < other_number)
end

-- Old versions from an id on, as many as this script may still look at: calls `use` with the id of each, its bytes (0 of a
-- deletion), and when it was superseded, until it returns false. Returns the id of the first one that wasn't used, or nil.
-- `superseded`: when the newest of them was.
local function size_walk(key, history, from, superseded, use)
  while size_most_entries > 0 and size_most_bytes > 0 do
    local entries = redis.call('XRANGE', history, from, '+', 'COUNT', 11)
    for at = 1, math.min(#entries, 10) do
      local id, fields, bytes = entries[at][1], entries[at][2], 0
      for i = 1, #fields, 2 do
        if fields[i] == 'j' then bytes = size_of(key, fields[i + 1]) end
      end
      local time = entries[at + 1] and size_id(entries[at + 1][1]) or superseded
      -- Unless the clock was put back.
      if not use(id, bytes, math.min(time or now, now)) then return id end
      size_most_entries, size_most_bytes = size_most_entries - 1, size_most_bytes - bytes
    end
    if not entries[11] then return nil end
    from = entries[11][1]
  end
  local entry = redis.call('XRANGE', history, from, '+', 'COUNT', 1)[1]
  return entry and entry[1]
end

-- Goes on to count old versions that aren't counted yet.
local function size_go_on(size, key, history, superseded)
  if not size.from then return end
  local last = size.to
  size.from = size_walk(key, history, size.from, superseded, function(id, bytes, time)
    if size_before(last, id) then return false end
    if bytes > 0 and size_time(time) + size_keep > now then
      size_bytes = size_bytes + bytes
      size_add_old(size, size_time(time), bytes)
    end
    return true
  end)
  if size.from and size_before(last, size.from) then size.from = nil end
end

-- Counts the old versions once more, by what is left of them.
local function size_count_old(size, key, history, superseded)
  size_drop_old(size)
  local newest = redis.call('XREVRANGE', history, '+', '-', 'COUNT', 1)[1]
  if not newest then return end
  size.from, size.to = '0-0', newest[1]
  size_go_on(size, key, history, superseded)
end

-- Deletes the old versions of a document that were made up to a time, and counts them out. `imported`: when an import wrote the
-- document, or nil: those that it brought count as superseded then. Returns whether some are left.
local function size_trim_old(size, key, history, edge, superseded, imported)
  size_forget_ended(size)
  local bytes_out = 0
  local first = size_walk(key, history, '-', superseded, function(id, bytes, time)
    if size_id(id) > edge then return false end
    local counted = not size.from or size_before(id, size.from) or size_before(size.to, id)
    if counted and size_time(math.max(time, imported or 0)) + size_keep > now then bytes_out = bytes_out + bytes end
    return true
  end)
  size_leave_oldest(size, bytes_out)
  if not first then
    redis.call('DEL', history)
    return false
  end
  redis.call('XTRIM', history, 'MINID', first)
  return size_id(first) <= edge
end

-- Counts a document that a release wrote which didn't: what another one counted of it is out of date.
local function size_count(size, key, history, version, text, expires, superseded)
  size_drop(size)
  size_set(size, version, size_of(key, text), expires)
  size_count_old(size, key, history, superseded)
end
