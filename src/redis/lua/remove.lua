--[[
Removes a memory with its vectors and its content hash.

KEYS[1] the record

ARGV[1] expected version, or ''
ARGV[2] what precedes a content hash in its key
ARGV[3] what precedes a passage number in a vector's key, or '' without an embedding model
ARGV[4] id
ARGV[5] what precedes a session in the key of its last turn

Returns 0 removed, 1 missing, 2 another version.
]]
local current = redis.call('JSON.GET', KEYS[1], '$.memory.version', '$.index.hash', '$.index.passages', '$.index.turn')
if not current then return 1 end
current = cjson.decode(current)
if ARGV[1] ~= '' and current['$.memory.version'][1] ~= tonumber(ARGV[1]) then return 2 end

redis.call('DEL', KEYS[1], ARGV[2] .. current['$.index.hash'][1])
if ARGV[3] ~= '' then
  for passage = 0, current['$.index.passages'][1] - 1 do redis.call('DEL', ARGV[3] .. passage) end
end
local session = current['$.index.turn'][1]
if session then
  local turn = redis.call('GET', ARGV[5] .. session)
  if turn and string.sub(turn, 1, #ARGV[4] + 1) == ARGV[4] .. '\n' then redis.call('DEL', ARGV[5] .. session) end
end
return 0
