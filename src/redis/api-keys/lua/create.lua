--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/audit"
--- @include "lua/key-makers"
--[[
Stores an API key, and has every request need one from now on.

KEYS[1] the key
KEYS[2] the ids of all keys
KEYS[3] what says that there ever was a key
KEYS[4] what says that every key is on the lists of names and administrations
KEYS[5] the administrations
KEYS[6] what says that the store is used without keys

ARGV[1]  id
ARGV[2]  the channel that tells of changed keys
ARGV[3]  what precedes an id in a key's key
ARGV[4]  what precedes an id in the key of what a key has made
ARGV[5]  what precedes a name in the key of an agent's keys
ARGV[6]  the agent
ARGV[7]  the key that makes it; '' for the shell, or a caller without a key
ARGV[8]  patterns that the maker administrates, a JSON array; '' where it is everything, or it has that name itself
ARGV[9]  how many keys the maker, and each of those that made it, may have made; keys that administer everything aside
ARGV[10] when it expires, milliseconds since the epoch, or ''
ARGV[11] what precedes a folded name in the key of its list
ARGV[12] the folded name
ARGV[13+] fields and values of the key

Returns {DONE}; {SEEN, id} if the operation has made one already; {MISSING} if the maker was revoked or has expired; {TAKEN} if the agent's name belongs to another caller;
{TOO_MANY} if there are too many.
]]
local api_key, api_keys, api_key_ever_made, agent_keys_built, administrations, open_without_keys = unpack(KEYS, 1, 6)
local id, channel, keys, made, names, agent = unpack(ARGV, 1, 6)
local maker, administered, most, expiry, folds, fold = unpack(ARGV, 7, 12)
local done = audit_done()
if done then
  audit('repeated')
  return { CODE.SEEN, done }
end
local makers = {}
if maker ~= '' then
  makers = key_makers(keys, maker)
  table.insert(makers, 1, maker)
end
local fresh = string.format('%d', now)
for _, one in ipairs(makers) do
  local found = redis.call('HMGET', keys .. one, 'agent', 'expires_at', 'grants')
  if not found[1] or (found[2] and tonumber(found[2]) <= now) then
    audit('missing')
    return { CODE.MISSING }
  end
  local operator = false
  for _, grant in ipairs(cjson.decode(found[3] or '[]')) do
    for _, verb in ipairs(grant.verbs) do operator = operator or (grant.namespace == '**' and verb == 'admin') end
  end
  -- Expired keys don't count.
  if not operator and redis.call('ZCOUNT', made .. one, '(' .. fresh, '+inf') >= tonumber(most) then
    audit('quota')
    return { CODE.TOO_MANY }
  end
end
key_index(keys, api_keys, names, administrations, agent_keys_built)
if administered ~= '' then
  local patterns = cjson.decode(administered)
  if key_taken(keys, names, agent, patterns) or key_taken(keys, folds, fold, patterns) then
    audit('conflict')
    return { CODE.TAKEN }
  end
end
audit('created')
for _, one in ipairs(makers) do
  -- A maker of many short-lived keys doesn't fill the list of keys: the oldest that have ended go, a few at a time.
  local surplus = redis.call('ZCOUNT', made .. one, '-inf', fresh) - tonumber(most)
  if surplus > 0 then
    for _, old in ipairs(redis.call('ZRANGE', made .. one, 0, math.min(surplus, 8) - 1)) do
      for _, other in ipairs(key_makers(keys, old)) do redis.call('ZREM', made .. other, old) end
      redis.call('ZREM', made .. one, old)
      key_drop(keys, api_keys, names, folds, made, old)
    end
  end
end
redis.call('HSET', api_key, 'fold', fold, unpack(ARGV, 13))
key_note(names, administrations, id, agent, redis.call('HGET', api_key, 'grants'))
redis.call('HSET', folds .. fold, id, redis.call('HGET', api_key, 'grants'))
for _, one in ipairs(makers) do
  redis.call('ZADD', made .. one, expiry == '' and NEVER or expiry, id)
end
redis.call('ZADD', api_keys, 0, id)
redis.call('SET', api_key_ever_made, '1')
redis.call('DEL', open_without_keys)
audit_note(id)
redis.call('PUBLISH', channel, id)
return { CODE.DONE }
