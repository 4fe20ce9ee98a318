--- @include "lua/numbers"
--[[
Put before the scripts that leave a history of state without its document, or delete one. Takes no keys: the list is in the slot
of the namespace, and named after a history.

The list has the keys of documents that were deleted while their history stays: nothing else names those. A document that was
written again stays on it, so that a walk over the list misses no history. It ends with the last history on it.
]]

-- The list, and the key of the history's document.
local function left_of(history)
  local prefix, namespace, key = string.match(history, '^(.-):state%-old:({[^}]*}):(.*)$')
  return prefix .. ':state-left:' .. namespace, key
end

local function left_drop(history)
  local left, key = left_of(history)
  redis.call('ZREM', left, key)
end

-- Once the history has the time that it is kept for. Each that is new on the list has two others looked at, as names of documents
-- do: see lua/documents.lua.
local function left_note(history)
  local lives = redis.call('PTTL', history)
  if lives == -2 then return end
  local left, key = left_of(history)
  local before = redis.call('PTTL', left)
  local added = redis.call('ZADD', left, 0, key)
  if lives == -1 then
    redis.call('PERSIST', left)
  elseif before ~= -1 and before < lives then
    redis.call('PEXPIRE', left, int(lives))
  end
  local histories = string.sub(history, 1, #history - #key)
  for _ = 1, 2 * added do
    local other = redis.call('ZRANDMEMBER', left)
    if redis.call('EXISTS', histories .. other) == 0 then redis.call('ZREM', left, other) end
  end
end
