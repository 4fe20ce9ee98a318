--[[
Puts API keys of earlier releases on the lists of their folded names. Redis can't fold them: Lua knows no Unicode.

KEYS[1] what says that every key is on these lists

ARGV[1]  what precedes an id in a key's key
ARGV[2]  what precedes a folded name in the key of its list
ARGV[3]  '1' if these are the last keys
ARGV[4+] id, folded name, ...

Returns 'OK'.
]]
for i = 4, #ARGV, 2 do
  local key = ARGV[1] .. ARGV[i]
  local grants = redis.call('HGET', key, 'grants')
  if grants then
    redis.call('HSET', key, 'fold', ARGV[i + 1])
    redis.call('HSET', ARGV[2] .. ARGV[i + 1], ARGV[i], grants)
  end
end
if ARGV[3] == '1' then redis.call('SET', KEYS[1], '1') end
return 'OK'
