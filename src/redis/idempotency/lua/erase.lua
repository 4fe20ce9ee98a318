--[[
Takes what a kept answer says, because it quotes what was deleted. The request stays known: a retry must not act again.

KEYS[1] the answer

Returns 1, or 0 if there is none.
]]
if redis.call('HEXISTS', KEYS[1], 'answer') == 0 then return 0 end
redis.call('HSET', KEYS[1], 'answer', '')
return 1
