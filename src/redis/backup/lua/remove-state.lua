--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/state-size"
--- @include "lua/state-left"
--[[
Deletes what is left of a document that an export says is gone; those who follow the namespace's changes don't learn of it. See
lua/documents.lua.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history
KEYS[4] the list of the namespace's documents

ARGV[1] the state key
ARGV[2] when it was deleted, milliseconds since the epoch: what was written since then stays
ARGV[3] '1' if its history went as well
ARGV[4] '1' if nothing is to be written

Returns 1 if something was left, else 0.
]]
local state_key, at, whole, dry = unpack(ARGV, 1, 4)
local written = tonumber(redis.call('HGET', KEYS[2], 't') or nil)
local stale = written and written <= tonumber(at)
local older = whole == '1' and redis.call('XRANGE', KEYS[3], '-', at, 'COUNT', 1)[1]
if not stale and not older then return 0 end
if dry == '1' then return 1 end
audit('ok', { state_key })
size_open(size_head_of(KEYS[2], 'state%-facts'))
local counted = redis.call('HGET', KEYS[2], 'z')
local size = written and size_read(counted) or size_last(KEYS[3])
if stale then
  size_drop(size)
  size_save()
  redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
  redis.call('ZREM', KEYS[4], state_key)
  left_drop(KEYS[3])
else
  redis.call('XTRIM', KEYS[3], 'MINID', int(tonumber(at) + 1) .. '-0')
  if counted then
    size_count_old(size, state_key, KEYS[3], written)
    size_save()
    redis.call('HSET', KEYS[2], 'z', size_text(size))
  elseif redis.call('EXISTS', KEYS[3]) == 0 then
    size_drop(size)
    size_save()
    left_drop(KEYS[3])
  end
end
return 1
