--- @include "lua/clock"
--- @include "lua/numbers"
--[[
Claims the oldest turns of a session that is past its window, for one process to promote them.

Once a range is chosen it stays until it is settled, even if another process takes over: what was stored of it is then found again
by that range.

KEYS[1] the session's head
KEYS[2] its messages
KEYS[3] the note that it is past its window
KEYS[4] the namespace's settings

ARGV[1] how long the claim holds, milliseconds
ARGV[2] how many messages it may hold, where the settings don't say
ARGV[3] how many tokens, likewise
ARGV[4] how many messages are promoted at once; up to four times as many where no call would else be kept with its
        results

Returns {} if there is nothing to claim; else {incarnation, fence, from, to, what HGETALL does of the head,
what XRANGE does of the messages}.
]]
local head = redis.call('HMGET', KEYS[1], 'i', 'n', 'z', 't', 'cu', 'ct')
if not head[1] then
  redis.call('DEL', KEYS[3])
  return {}
end
if tonumber(head[5] or 0) > now then return {} end
local last, from = tonumber(head[2]), tonumber(head[3]) + 1

-- Between which messages and the next ones a call and its first result lie, wherever that stands. Where more messages
-- follow than these, they may hold the results of calls that are still open. Asked again as more entries are read.
local decoded = {}
local function parted(entries, whole)
  local open, unsafe = {}, {}
  -- Where ranges begin and end: there may be more than a hundred calls open at each message.
  local change = {}
  local function mark(first, behind)
    change[first], change[behind] = (change[first] or 0) + 1, (change[behind] or 0) - 1
  end
  for i, entry in ipairs(entries) do
    local role, calls = entry[2][2], entry[2][12]
    if calls == nil and role == 'tool' then
      -- Appended before it was noted which call this answers.
      unsafe[i - 1] = true
    elseif calls and calls ~= '' then
      decoded[i] = decoded[i] or cjson.decode(calls)
      for _, id in ipairs(decoded[i]) do
        if role ~= 'tool' then
          open[id] = i
        elseif open[id] then
          mark(open[id], i)
          open[id] = nil
        end
      end
    end
  end
  if not whole then
    for _, i in pairs(open) do mark(i, #entries + 1) end
  end
  local ranges = 0
  for i = 1, #entries do
    ranges = ranges + (change[i] or 0)
    if ranges > 0 then unsafe[i] = true end
  end
  return unsafe
end

-- Down to half of the window, and up to the next turn of the user's.
local function cut(entries, most_messages, most_tokens, allows)
  local messages, tokens = last - from + 1, tonumber(head[4])
  local turn, other
  local past = 0
  for i = 1, #entries - 1 do
    messages, tokens = messages - 1, tokens - tonumber(entries[i][2][4])
    local enough = messages <= most_messages / 2 and tokens <= most_tokens / 2
    if allows(i) then
      if entries[i + 1][2][2] == 'user' then turn = i end
      if enough and not other or not enough then other = i end
    end
    if enough then past = past + 1 end
    if enough and (turn == i or past > 8) and (turn or other) then break end
  end
  return turn or other
end

local function choose()
  local set = redis.call('HMGET', KEYS[4], 'session_window_messages', 'session_window_tokens')
  local most_messages, most_tokens = tonumber(set[1] or ARGV[2]), tonumber(set[2] or ARGV[3])
  if last - from + 1 <= most_messages and tonumber(head[4]) <= most_tokens then return nil end
  local entries, unsafe = {}, {}
  local function close(i) return not unsafe[i] end
  local function other_role(i) return entries[i + 1][2][2] ~= 'tool' end
  local function place(allows) return cut(entries, most_messages, most_tokens, allows) end
  local function between(i) return close(i) and other_role(i) end
  -- If results go on and on, the place behind them is searched a little further.
  for _ = 1, 4 do
    local page = redis.call('XRANGE', KEYS[2], int(from + #entries) .. '-0', '+', 'COUNT', tonumber(ARGV[4]) + 1)
    for _, entry in ipairs(page) do table.insert(entries, entry) end
    local whole = from + #entries - 1 >= last
    unsafe = parted(entries, whole)
    local count = place(between)
    if count then return from + count - 1 end
    -- The next message may be such a place.
    if whole then return nil end
  end
  -- A range this large doesn't wait for results that may never come, or for further ones.
  unsafe = parted(entries, true)
  return from + (place(between) or place(close) or place(other_role) or #entries - 1) - 1
end

local to = tonumber(head[6]) or choose()
if not to then
  redis.call('DEL', KEYS[3])
  return {}
end
local fence = redis.call('HINCRBY', KEYS[1], 'f', 1)
local ends = int(now + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'ct', int(to), 'cu', ends)
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HSET', KEYS[3], 'at', ends) end
local entries = redis.call('XRANGE', KEYS[2], int(from) .. '-0', int(to) .. '-0')
return { head[1], int(fence), int(from), int(to), redis.call('HGETALL', KEYS[1]), entries }
