--[[
Says who may use the store, and opens it to requests without a key if that is asked and it never had one.

KEYS[1] what says that there ever was a key
KEYS[2] the ids of all keys
KEYS[3] what says that the store is used without keys

ARGV[1] 'open', or '' to leave it as it is

Returns 'keys' if there is or was a key; 'open' if it is used without; 'unknown' if neither is known.
]]
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then
  -- Restores a lost record. A Redis that is full or takes no writes leaves it to the next time.
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.pcall('SET', KEYS[1], '1') end
  return 'keys'
end
if ARGV[1] == 'open' then redis.call('SET', KEYS[3], '1') end
return redis.call('EXISTS', KEYS[3]) == 1 and 'open' or 'unknown'
