--- @include "namespaces/lua/lib-state-before"
--- @include "lua/state-size"
--- @include "lua/state-left"
--- @include "lua/numbers"
--- @include "lua/gone"
--[[
Deletes histories of state up to a change, and notes them, so that no import brings them back.

KEYS[1+] histories; some may be missing

ARGV[1] number of the change, or 'inf' for all of them

Returns how many are left.
]]
local change, kept = tonumber(ARGV[1]) or math.huge, 0

-- `stays`: since when what stays of the document is there, or nil. Only what is older must not come back.
local function note(history, stays)
  local prefix, namespace, key = string.match(history, '^(.-):state%-old:({[^}]*}):(.*)$')
  gone_note(prefix .. ':gone:' .. namespace, 'e ' .. redis.sha1hex(key), stays and int(tonumber(stays) - 1))
end

local function drop(history)
  local facts = size_named(history, 'state%-old', 'state-facts')
  size_open(size_head_of(history, 'state%-old'))
  local known = redis.call('HMGET', facts, 'z', 't')
  local size = known[1] and size_read(known[1]) or size_last(history)
  local after = change ~= math.huge and history_around(history, change)
  note(history, after and string.match(after[1], '^%d+') or known[2])
  if after then
    redis.call('XTRIM', history, 'MINID', after[1])
    kept = kept + 1
    -- Without a document, its last entry says what all of them count for: they do until they end.
    if known[1] then size_count_old(size, string.match(history, '}:(.*)$'), history, tonumber(known[2])) end
  else
    size_drop_old(size)
    redis.call('UNLINK', history)
    left_drop(history)
  end
  size_save()
  if known[1] then redis.call('HSET', facts, 'z', size_text(size)) end
end

for _, history in ipairs(KEYS) do
  if redis.call('EXISTS', history) == 1 then drop(history) else left_drop(history) end
end
return kept
