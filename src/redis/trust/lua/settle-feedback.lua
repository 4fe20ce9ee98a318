--- @include "lua/changes"
--[[
Notes that verdicts on a memory were counted for its author.

KEYS[1] the record

ARGV[1+] vote, and since when it stands, in turn: one that was changed in between stays open

Returns 1, or 0 if there is nothing to note it on.
]]
local found = redis.call('JSON.GET', KEYS[1], '$.unsent')
if not found then return 0 end
local open = cjson.decode(found)[1]
if not open then return 0 end
for i = 1, #ARGV, 2 do
  if open[ARGV[i]] and open[ARGV[i]].at == tonumber(ARGV[i + 1]) then open[ARGV[i]] = nil end
end
if next(open) then
  redis.call('JSON.SET', KEYS[1], '$.unsent', cjson.encode(open))
else
  redis.call('JSON.DEL', KEYS[1], '$.unsent')
  redis.call('JSON.DEL', KEYS[1], '$.index.feedback_at')
end
return 1
