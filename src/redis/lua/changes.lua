--[[
The first line of scripts that change memories or sessions: while an export of the namespace runs, notes which ones, so that
it reads them once more. See backup/lua/dump-changes.lua.

It stands in for `redis` in the rest of the script, so no change is missed, whichever fragment makes it. Without an export it
costs one command. Keys are made of the script's first one, as src/redis/keys.ts makes them:

  export-watch       the ids of exports that read the namespace, a set
  export-changes     for each of them what has changed, a sorted set by the number of the change: 'm <id>' of a memory, 's <facet>' of a
                     session; '' keeps it there
  export-bases       the number of the latest change as '#', and for each session that has changed since it was read: the number of
                     its last message, when that was appended or imported, and its incarnation, as they were then
]]
local redis = redis
do
  local prefix, tag = string.match(KEYS[1] or '', '^([%w_-]+):[%a-]+:({[^}]*})')
  local exports = prefix and redis.call('SMEMBERS', prefix .. ':export-watch:' .. tag) or {}
  if exports[1] then
    local plain, start = redis, #prefix + 1
    local reads = {
      ['JSON.GET'] = true, ['JSON.TYPE'] = true, ['JSON.ARRINDEX'] = true, EXISTS = true, PEXPIRETIME = true, PEXPIREAT = true,
      PERSIST = true, HGET = true, HMGET = true, HGETALL = true, HEXISTS = true, XRANGE = true, XREVRANGE = true, XLEN = true,
    }
    local kinds = { rec = 'm', old = 'm', session = 's', ['session-messages'] = 's' }
    local seen = {}

    local function note_for(export, member, kind, name)
      local changes, bases = prefix .. ':export-changes:' .. tag .. ':' .. export, prefix .. ':export-bases:' .. tag .. ':' .. export
      if plain.call('EXISTS', changes, bases) < 2 then
        plain.call('SREM', prefix .. ':export-watch:' .. tag, export)
        return
      end
      plain.call('ZADD', changes, plain.call('HINCRBY', bases, '#', 1), member)
      if kind == 's' then
        local head = plain.call('HMGET', prefix .. ':session:' .. tag .. ':' .. name, 'n', 'l', 'ia', 'i')
        local latest = math.max(tonumber(head[2] or 0), tonumber(head[3] or 0))
        plain.call('HSETNX', bases, name, (head[1] or '0') .. ' ' .. string.format('%d', latest) .. ' ' .. (head[4] or ''))
      end
    end

    local function note(key)
      if type(key) ~= 'string' or string.sub(key, 1, start) ~= prefix .. ':' then return end
      local kind, name = string.match(key, '^([%a-]+):{[^}]*}:([^:]+)', start + 1)
      local letter = kinds[kind]
      if not letter or seen[letter .. name] then return end
      seen[letter .. name] = true
      for _, export in ipairs(exports) do note_for(export, letter .. ' ' .. name, letter, name) end
    end

    local function watched(run)
      local function watch(...)
        if not reads[...] then
          -- Some commands take several keys.
          for i = 2, math.min(select('#', ...), 64) do note((select(i, ...))) end
        end
        return run(...)
      end
      return watch
    end
    redis = setmetatable({ call = watched(plain.call), pcall = watched(plain.pcall) }, { __index = plain })
  end
end
