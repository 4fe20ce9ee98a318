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
ARGV[5] '1' if this goes on with a history that a call before has begun to trim

Returns 1 if something was left, else 0; 2 if more of its history is to be trimmed.
]]
local state_key, at, whole, dry, goes_on = unpack(ARGV, 1, 5)
local facts = redis.call('HMGET', KEYS[2], 't', 'z', 'ia')
local written, counted, imported = tonumber(facts[1] or nil), facts[2], tonumber(facts[3] or nil)
local stale = written and written <= tonumber(at)
local older = whole == '1' and redis.call('XRANGE', KEYS[3], '-', at, 'COUNT', 1)[1]
if not stale and not older then return 0 end
if dry == '1' then return 1 end
if goes_on ~= '1' then audit('ok', { state_key }) end
size_open(size_head_of(KEYS[2], 'state%-facts'))
local size = written and size_read(counted) or size_last(KEYS[3])
if stale then
  size_drop(size)
  size_save()
  redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
  redis.call('ZREM', KEYS[4], state_key)
  left_drop(KEYS[3])
elseif counted then
  local more = size_trim_old(size, state_key, KEYS[3], tonumber(at), written, imported)
  size_save()
  redis.call('HSET', KEYS[2], 'z', size_text(size))
  if more then return 2 end
else
  redis.call('XTRIM', KEYS[3], 'MINID', int(tonumber(at) + 1) .. '-0')
  if redis.call('XLEN', KEYS[3]) == 0 then
    size_drop(size)
    size_save()
    redis.call('DEL', KEYS[3])
    left_drop(KEYS[3])
  end
end
return 1
