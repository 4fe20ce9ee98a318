--- @include "lua/clock"
--[[
Put before every script that acts for a caller: records the act in the audit trail of its namespace.

Takes off the front: 2 keys, 2 arguments. So a script numbers its own from 1.

KEYS[1] the trail, a stream
KEYS[2] its head: number, hash and time of the last entry; number and hash before the oldest one kept

ARGV[1] the entry as JSON without its closing brace
ARGV[2] how long entries are kept, milliseconds

Entry: id <milliseconds>-<number>, p = hash of the entry before it ('' for the first), e = the entry.
Hash: sha1(p \n id \n e), the one digest that a script has.

A script calls audit(outcome, ids) before its first write: if that fails, because Redis takes no writes or the trail
isn't sound (NOAUDIT), nothing has been done yet. Scripts aren't rolled back.
]]
local audit_stream, audit_head = table.remove(KEYS, 1), table.remove(KEYS, 1)
local audit_entry, audit_keep = table.remove(ARGV, 1), tonumber(table.remove(ARGV, 1))

-- Only what is wrong with the trail's keys is damage. What Redis denies to all (OOM, READONLY, MISCONF, an ACL) has a
-- code of its own, and is passed on as it is.
local function audit_call(...)
  local reply = redis.pcall(...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  local code = string.match(reply.err, '^%u+')
  local damaged = code == 'WRONGTYPE' or code == 'ERR' and not string.find(reply.err, '^ERR ACL')
  error(damaged and { err = 'NOAUDIT the trail is unusable: ' .. reply.err } or reply)
end

--[[
Cuts off what is older than is kept. There is always an entry to keep: the newest one, which isn't older than now.
By the clock as it is, not by the newest entry: after a clock that ran ahead, nothing goes too early.
]]
local function audit_trim()
  local kept = redis.call('XRANGE', audit_stream, string.format('%d', math.max(0, now - audit_keep)), '+', 'COUNT', 1)[1]
  local first = tonumber(redis.call('HGET', audit_head, 'first')) or 1
  local surplus = tonumber(string.match(kept[1], '-(%d+)$')) - first
  if surplus == 0 then return end
  if surplus <= 1024 then
    redis.call('XTRIM', audit_stream, 'MINID', kept[1])
  else
    -- So many at once when fewer days are kept than before: in parts, of whole nodes, so that nobody waits for it.
    redis.call('XTRIM', audit_stream, 'MINID', '~', kept[1], 'LIMIT', 1024)
    kept = redis.call('XRANGE', audit_stream, '-', '+', 'COUNT', 1)[1]
  end
  redis.call('HSET', audit_head, 'first', string.match(kept[1], '-(%d+)$'), 'before', kept[2][2])
end

local function audit(outcome, ids)
  local head = audit_call('HMGET', audit_head, 'number', 'hash', 'time', 'renewed')
  local number = (tonumber(head[1]) or 0) + 1
  local time = math.max(now, tonumber(head[3]) or 0)
  local id = string.format('%d-%d', time, number)
  local previous = head[2] or ''
  local entry = audit_entry .. ',"o":"' .. outcome .. '"' .. (ids and ids[1] and ',"i":' .. cjson.encode(ids) or '') .. '}'
  local hash = redis.sha1hex(previous .. '\n' .. id .. '\n' .. entry)
  audit_call('XADD', audit_stream, id, 'p', previous, 'e', entry)
  redis.call('HSET', audit_head, 'number', string.format('%d', number), 'hash', hash, 'time', string.format('%d', time))
  -- A trail that nobody adds to any more ends by itself, once its last entry is old enough.
  local renew = now - (tonumber(head[4]) or 0) > audit_keep / 16
  if renew then
    redis.call('HSET', audit_head, 'renewed', string.format('%d', now))
    redis.call('PEXPIRE', audit_stream, string.format('%d', audit_keep * 1.125))
    redis.call('PEXPIRE', audit_head, string.format('%d', audit_keep * 1.125))
  end
  -- Now and then, also where there are few entries.
  if renew or number % 64 == 0 then audit_trim() end
end
