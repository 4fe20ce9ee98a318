--[[
Put before the scripts that make or revoke API keys, or count what their agents say: who made which key, and whose an
agent's name is. Keys are built of each other's names as src/redis/keys.ts makes them; all of them are in one slot.

  <keys>      a key, a hash; `maker` is the id of the key that made it, absent for one from the shell
  <made>      what a key has made, and what that has made, and so on: a sorted set of ids by when they expire
  <names>     the keys of one agent's name: a hash of id -> grants, as JSON
  <folds>     the same, of all names that look the same: <folds> and a key's `fold`
  <parts>     the patterns that any key but an operator's ever administered, a set: each is an administration of its own
]]
local NEVER = '+inf'
-- Deeper than keys are made with keys in practice. A loop of damaged data ends here.
local KEY_DEPTH = 16

-- The ids of the keys that made this one, the nearest first.
local function key_makers(keys, id)
  local makers = {}
  local maker = redis.call('HGET', keys .. id, 'maker')
  while maker and #makers < KEY_DEPTH do
    table.insert(makers, maker)
    maker = redis.call('HGET', keys .. maker, 'maker')
  end
  return makers
end

local function key_drop(keys, ids, names, folds, made, id)
  local agent = redis.call('HGET', keys .. id, 'agent')
  local fold = redis.call('HGET', keys .. id, 'fold')
  if agent then redis.call('HDEL', names .. agent, id) end
  if fold then redis.call('HDEL', folds .. fold, id) end
  redis.call('DEL', keys .. id, made .. id)
  redis.call('ZREM', ids, id)
end

local function key_note(names, parts, id, agent, grants)
  redis.call('HSET', names .. agent, id, grants)
  for _, grant in ipairs(cjson.decode(grants)) do
    for _, verb in ipairs(grant.verbs) do
      if verb == 'admin' and grant.namespace ~= '**' then redis.call('SADD', parts, grant.namespace) end
    end
  end
end

-- Keys that were made before there were such lists are put on them, once.
local function key_index(keys, ids, names, parts, built)
  if redis.call('EXISTS', built) == 1 then return end
  for _, id in ipairs(redis.call('ZRANGE', ids, 0, -1)) do
    local found = redis.call('HMGET', keys .. id, 'agent', 'grants')
    if found[1] then key_note(names, parts, id, found[1], found[2] or '[]') end
  end
  redis.call('SET', built, '1')
end

-- The narrowest administration that a namespace is under; '**' if only the operator administers it.
local function key_administration(parts, namespace)
  if redis.call('SISMEMBER', parts, namespace) == 1 then return namespace end
  local root = namespace
  while root do
    if redis.call('SISMEMBER', parts, root .. '.**') == 1 then return root .. '.**' end
    root = string.match(root, '^(.*)%.[^.]*$')
  end
  return '**'
end

-- The same as in src/access/grants.ts: whether `outer` covers all of `inner`.
local function key_covers(outer, inner)
  if outer == '**' or outer == inner then return true end
  local root = string.match(outer, '^(.*)%.%*%*$')
  if not root then return false end
  return inner == root or string.sub(inner, 1, #root + 1) == root .. '.'
end

-- Whether a name is taken: a key of that name opens what none of these patterns covers.
local function key_taken(keys, names, agent, patterns)
  local found = redis.call('HGETALL', names .. agent)
  for i = 1, #found, 2 do
    if redis.call('EXISTS', keys .. found[i]) == 0 then
      redis.call('HDEL', names .. agent, found[i])
    else
      for _, grant in ipairs(cjson.decode(found[i + 1])) do
        local covered = false
        for _, pattern in ipairs(patterns) do covered = covered or key_covers(pattern, grant.namespace) end
        if not covered then return true end
      end
    end
  end
  return false
end
