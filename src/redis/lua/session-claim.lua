--[[
Claims the oldest turns of a session that is past its window, for one process to promote them.

Once a range is chosen it stays, whoever takes it up, until it is settled: what was stored of it is then found again
by that range.

KEYS[1] the session's head
KEYS[2] its messages
KEYS[3] the note that it is past its window
KEYS[4] the namespace's settings

ARGV[1] how long the claim holds, milliseconds
ARGV[2] how many messages it may hold, where the settings don't say
ARGV[3] how many tokens, likewise
ARGV[4] how many messages are promoted at once, at most

Returns {} if there is nothing to claim; else {incarnation, fence, from, to, what HGETALL does of the head,
what XRANGE does of the messages}.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function int(number) return string.format('%d', number) end

local head = redis.call('HMGET', KEYS[1], 'i', 'n', 'z', 't', 'cu', 'ct')
if not head[1] then
  redis.call('DEL', KEYS[3])
  return {}
end
if tonumber(head[5] or 0) > now then return {} end
local last, from = tonumber(head[2]), tonumber(head[3]) + 1

-- Down to half of the window, and up to the next turn of the user's; a call and its results stay together.
local function choose()
  local set = redis.call('HMGET', KEYS[4], 'session_window_messages', 'session_window_tokens')
  local messages, tokens = last - from + 1, tonumber(head[4])
  local most_messages, most_tokens = tonumber(set[1] or ARGV[2]), tonumber(set[2] or ARGV[3])
  if messages <= most_messages and tokens <= most_tokens then return nil end
  local entries = redis.call('XRANGE', KEYS[2], int(from) .. '-0', '+', 'COUNT', tonumber(ARGV[4]) + 1)
  local turn, other
  local past = 0
  for i = 1, #entries - 1 do
    messages, tokens = messages - 1, tokens - tonumber(entries[i][2][4])
    local next_role = entries[i + 1][2][2]
    local enough = messages <= most_messages / 2 and tokens <= most_tokens / 2
    if next_role == 'user' then turn = i end
    if next_role ~= 'tool' and (enough and not other or not enough) then other = i end
    if enough then past = past + 1 end
    if enough and (turn == i or past > 8) then break end
  end
  local count = turn or other
  return count and from + count - 1
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
