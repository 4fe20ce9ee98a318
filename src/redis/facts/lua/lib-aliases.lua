--[[
Put before scripts that change aliases.

Takes off the front: 0 keys, 1 argument.

KEYS[1] entities
KEYS[2] aliases, a hash: name -> the group's own name
KEYS[3] alias groups, a hash: own name -> its names as JSON, pairs of a name as it is compared and as it was written, the own one
        first
KEYS[4] entity names

ARGV[1] how many names an entity may have

A group is of two names at least; a name is in one group at most.
]]
local ALIASES_MOST = tonumber(table.remove(ARGV, 1))

-- The group of a name, or the name alone; nil if nothing is known by it.
local function alias_group(name)
  local own = redis.call('HGET', KEYS[2], name)
  if own then return cjson.decode(redis.call('HGET', KEYS[3], own)) end
  local known = redis.call('HGET', KEYS[1], name)
  return known and { { name, string.match(known, '^%d+:(.*)$') } }
end

local function alias_free(group)
  redis.call('HDEL', KEYS[3], group[1][1])
  for _, name in ipairs(group) do
    redis.call('HDEL', KEYS[2], name[1])
    if redis.call('HEXISTS', KEYS[1], name[1]) == 0 then redis.call('ZREM', KEYS[4], name[1]) end
  end
end

-- Names that come back aren't known as deleted any more: see lua/gone.lua.
local function alias_return(group)
  local gone = string.gsub(KEYS[1], ':entities:{', ':gone:{', 1)
  for _, name in ipairs(group) do redis.call('ZREM', gone, 'a ' .. redis.sha1hex(name[1])) end
end

local function alias_set(group)
  local json = cjson.encode(group)
  if #group > 1 then
    redis.call('HSET', KEYS[3], group[1][1], json)
    for _, name in ipairs(group) do
      redis.call('HSET', KEYS[2], name[1], group[1][1])
      redis.call('ZADD', KEYS[4], 0, name[1])
    end
  end
  return json
end
