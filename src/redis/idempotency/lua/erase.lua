--[[
Takes what a kept answer says, because it holds what was deleted. The request stays known: a retry must not act again.
A request that still runs can't keep its answer any more: see keep.lua.

KEYS[1] the answer

Returns 1, or 0 if there is none.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'erased', '1')
if redis.call('HEXISTS', KEYS[1], 'answer') == 1 then redis.call('HSET', KEYS[1], 'answer', '') end
return 1
