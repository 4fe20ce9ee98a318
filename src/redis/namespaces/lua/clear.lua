--- @include "lua/audit"
--[[
Deletes what is kept about the memories and the state of a namespace that are gone, and the originals of tokens in them.

KEYS[1] how much the namespace holds
KEYS[2] changes of its state
KEYS[3] entities
KEYS[4] entity names
KEYS[5] head of its consolidation
KEYS[6] its runs
KEYS[7] the salt of its tokens of personal data
KEYS[8] the originals of those tokens

ARGV[1] what precedes an id in a run's key
ARGV[2] what precedes it in the key of a run's actions
ARGV[3] up to when a run began that goes, milliseconds since the epoch, or '+inf'

Returns how many runs are left.
]]
local usage, state_changes, entities, entity_names, consolidation_head, consolidations, pii_salt, pii_originals = unpack(KEYS, 1, 8)
audit('ok')
redis.call('DEL', state_changes)
-- Names of facts that were written since stay; the others go as a list of entities meets them.
local held = redis.call('HMGET', usage, 'memories', 'session_bytes')
local empty = tonumber(held[1] or '0') <= 0
if empty then redis.call('DEL', entities, entity_names) end
-- Where something was written since, a sweep deletes the originals that it doesn't show.
if empty and tonumber(held[2] or '0') <= 0 then redis.call('DEL', pii_salt, pii_originals) end
local at_work = redis.call('HGET', consolidation_head, 'run')
if not at_work then
  -- Of the head, only what the settings say: when the next run begins.
  local at = redis.call('HGET', consolidation_head, 'at')
  redis.call('DEL', consolidation_head)
  if at then redis.call('HSET', consolidation_head, 'at', at) end
end
for _, id in ipairs(redis.call('ZRANGE', consolidations, '-inf', ARGV[3], 'BYSCORE')) do
  if id ~= at_work then
    redis.call('DEL', ARGV[1] .. id, ARGV[2] .. id)
    redis.call('ZREM', consolidations, id)
  end
end
return redis.call('ZCARD', consolidations)
