--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/usage"
--[[
Put before the scripts that act on a session: what a session is, and how long it lives.

Takes off the front, after what usage.lua takes: 7 keys, 4 arguments.

KEYS[1] the session's head, a hash
KEYS[2] its messages, a stream: id <number>-0
KEYS[3] the numbers of its messages by their ids, a hash
KEYS[4] a note that it is past its window, a hash: at = when to look, milliseconds; ns, sid
KEYS[5] the namespace's sessions by their last append, a sorted set of facets; scores are microseconds, each once
KEYS[6] those of them that will end, by when that is
KEYS[7] the namespace's settings

ARGV[1] facet of the session
ARGV[2] seconds that it lives after the last act on it, where the settings don't say; '' for no expiry
ARGV[3] how many messages it may hold before the oldest are promoted, where the settings don't say
ARGV[4] how many tokens, likewise

The head: s its name, i incarnation, o its own agent, n number of the last message, z number of the last one that was promoted,
t tokens of those that are here, c when it began, l when it was last appended to, x when it ends or '';
u, um, ul the running summary, its method and model; f the last claim's fence, cu until when that claim holds,
ct up to which number it goes; im the import that wrote it and n then, ia when. Times in milliseconds.
All keys of a session end together.
]]
local session_head, session_messages = table.remove(KEYS, 1), table.remove(KEYS, 1)
local session_ids, session_due = table.remove(KEYS, 1), table.remove(KEYS, 1)
local session_all, session_ending, session_settings = table.remove(KEYS, 1), table.remove(KEYS, 1), table.remove(KEYS, 1)
local session_facet, session_ttl = table.remove(ARGV, 1), table.remove(ARGV, 1)
local session_most = { table.remove(ARGV, 1), table.remove(ARGV, 1) }

-- Starts its time to live again.
local function session_renew()
  local seconds = tonumber(redis.call('HGET', session_settings, 'session_ttl_seconds') or session_ttl)
  local keys = { session_head, session_messages, session_ids, session_due }
  if seconds then
    local expires = int(now + seconds * 1000)
    redis.call('HSET', session_head, 'x', expires)
    for _, key in ipairs(keys) do redis.call('PEXPIREAT', key, expires) end
    redis.call('ZADD', session_ending, expires, session_facet)
  elseif redis.call('HGET', session_head, 'x') ~= '' then
    redis.call('HSET', session_head, 'x', '')
    for _, key in ipairs(keys) do redis.call('PERSIST', key) end
    redis.call('ZREM', session_ending, session_facet)
  end
end

-- Whether it holds more than its window.
local function session_over()
  local set = redis.call('HMGET', session_settings, 'session_window_messages', 'session_window_tokens')
  local head = redis.call('HMGET', session_head, 'n', 'z', 't')
  local messages = tonumber(head[1]) - tonumber(head[2])
  -- A single message can't be split off.
  if messages < 2 then return false end
  return messages > tonumber(set[1] or session_most[1]) or tonumber(head[3]) > tonumber(set[2] or session_most[2])
end
