--- @include "lua/state-size"
--- @include "lua/state-left"
--[[
Puts a document of state, or the history that is left of one, onto the list of its namespace, and counts it with its old versions:
for what a release wrote which had no such list, or didn't count state. Many old versions take several calls.

KEYS[1] the document
KEYS[2] its hash
KEYS[3] its history

ARGV[1] the state key
ARGV[2] how long history is kept where the settings don't say, milliseconds

Returns 1, 2 if old versions are left to be counted, or 0 if all are counted already, or the document is gone.
]]
local facts = redis.call('HMGET', KEYS[2], 'v', 't', 'e', 'z', 'j')
if not facts[1] then
  left_note(KEYS[3])
  return 0
end
redis.call('ZADD', size_named(size_head_of(KEYS[2], 'state%-facts'), 'state%-head', 'state-names'), 0, ARGV[1])
local size = size_read(facts[4])
local known = size.version == facts[1]
if known and not size.from then return 0 end
local text = known or facts[5] or redis.call('JSON.GET', KEYS[1])
if not text then return 0 end
size_open(size_head_of(KEYS[2], 'state%-facts'), tonumber(ARGV[2]))
if known then size_go_on(size, ARGV[1], KEYS[3], tonumber(facts[2])) end
if not known then size_count(size, ARGV[1], KEYS[3], facts[1], text, facts[3], tonumber(facts[2])) end
redis.call('HSET', KEYS[2], 'z', size_text(size))
size_save()
return size.from and 2 or 1
