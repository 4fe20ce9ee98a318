--- @include "lua/clock"
--[[
Put before scripts that delete: notes what is gone, so that an import of an older export doesn't bring it back.

A namespace's notes are a sorted set by when, in milliseconds: 'm <id>' of a memory, 'h <id>' of a memory's old
versions that were superseded up to then, 's <facet>' of a session,
'd <SHA-1 of the key>' of a document, 'e <SHA-1 of the key>' of one with its history, 'a <SHA-1 of the name>' of an alias,
'r <id>' of a receipt, 'r all' of all of them; those of no namespace 'k <id>' of an API key. They are kept longer than backups
are. No quota counts them, so there is a most of them: beyond that each new one takes the place of the oldest.
]]
local GONE_MS = 400 * 24 * 3600 * 1000
local GONE_MOST = 1000000

-- `at`: when it went, milliseconds since the epoch; now unless given.
local function gone_note(key, member, at)
  redis.call('ZADD', key, 'GT', at or string.format('%d', now), member)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%d', now - GONE_MS))
  local over = redis.call('ZCARD', key) - GONE_MOST
  if over > 0 then redis.call('ZREMRANGEBYRANK', key, 0, math.min(over, 100) - 1) end
  redis.call('PEXPIRE', key, string.format('%d', GONE_MS))
end
