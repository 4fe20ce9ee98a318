--- @include "lua/clock"
--- @include "lua/codes"
--[[
Keeps the originals of tokens of a namespace.

KEYS[1] the namespace's salt
KEYS[2] the originals, a hash by token: when a write last used it, milliseconds, a space, and the original

ARGV[1]  the salt of which the tokens were made; the namespace's, if it has none yet
ARGV[2]  how many tokens a namespace may have
ARGV[3+] tokens and originals

Returns {DONE}; {CONFLICT, salt} the namespace has this salt; {TOO_MANY} they would be more. An original that is there
stays as it is.
]]
local salt = redis.call('GET', KEYS[1])
if salt and salt ~= ARGV[1] then return { CODE.CONFLICT, salt } end
local new = 0
for at = 3, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[2], ARGV[at]) == 0 then new = new + 1 end
end
if redis.call('HLEN', KEYS[2]) + new > tonumber(ARGV[2]) then return { CODE.TOO_MANY } end
if not salt then redis.call('SET', KEYS[1], ARGV[1]) end
local used = string.format('%d ', now)
for at = 3, #ARGV, 2 do
  local kept = redis.call('HGET', KEYS[2], ARGV[at])
  redis.call('HSET', KEYS[2], ARGV[at], used .. (kept and string.gsub(kept, '^%d+ ', '', 1) or ARGV[at + 1]))
end
return { CODE.DONE }
