--- @include "lua/clock"
--- @include "lua/audit-trim"
--[[
Put before every script that acts for a caller: records the act in the audit trail of its namespace.

Takes off the front: 2 keys, 3 arguments. So a script numbers its own from 1.

KEYS[1] the trail, a stream
KEYS[2] its head: number, hash and time of the last entry; number and hash before the oldest one kept

ARGV[1] the entry as JSON without its closing brace
ARGV[2] the same, packed: see codec/packed-text.ts
ARGV[3] how long entries are kept where the namespace's settings don't say, milliseconds

Entry: id <milliseconds>-<number>, p = hash of the entry before it, as 20 bytes ('' for the first), e = the entry, packed.
Hash: sha1(p \n id \n e), the one digest that a script has, with p in hexadecimal and e as JSON.

A script calls audit(outcome, ids) before its first write: if that fails, because Redis takes no writes or the trail
isn't sound (NOAUDIT), nothing has been done yet. Scripts aren't rolled back.
]]
local audit_stream, audit_head = table.remove(KEYS, 1), table.remove(KEYS, 1)
local audit_entry, audit_packed = table.remove(ARGV, 1), table.remove(ARGV, 1)
local audit_keep = tonumber(table.remove(ARGV, 1))

-- How long entries are kept, milliseconds, as the namespace's settings say. The key is that of src/redis/keys.ts.
local function audit_kept()
  local settings = string.gsub(audit_stream, ':audit:{', ':settings:{', 1)
  local seconds = redis.call('HGET', settings, 'retention_audit_seconds')
  return seconds and tonumber(seconds) * 1000 or audit_keep
end
-- No setting may be shorter, so nothing is due before a sixteenth of this.
local AUDIT_LEAST_MS = 3600 * 1000

-- Only a fault of the trail's keys is damage. A refusal of Redis to all (OOM, READONLY, MISCONF, an ACL) has a code of
-- its own, and is passed on as it is.
local function audit_call(...)
  local reply = redis.pcall(...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  local code = string.match(reply.err, '^%u+')
  local damaged = code == 'WRONGTYPE' or code == 'ERR' and not string.find(reply.err, '^ERR ACL')
  error(damaged and { err = 'NOAUDIT the trail is unusable: ' .. reply.err } or reply)
end

-- A number in this base, of `count` digits from a place on.
local function audit_number(text, base, from, count) return tonumber(string.sub(text, from, from + count - 1), base) end

local function audit_hash_bytes(hash)
  if hash == '' then return '' end
  return struct.pack('>I5I5I5I5', audit_number(hash, 16, 1, 10), audit_number(hash, 16, 11, 10), audit_number(hash, 16, 21, 10), audit_number(hash, 16, 31, 10))
end

-- The end of an entry with these ids, packed; as JSON if one of them isn't a ULID.
local function audit_pack(ids)
  -- Digits of a ULID as tonumber takes them: a ULID leaves out I, L, O and U.
  local audit_digits = {
    J = 'I', K = 'J', M = 'K', N = 'L', P = 'M', Q = 'N', R = 'O', S = 'P', T = 'Q', V = 'R', W = 'S', X = 'T', Y = 'U', Z = 'V',
  }
  local packed = {}
  for i, id in ipairs(ids) do
    if #id ~= 26 or not string.find(id, '^[0-7][0-9A-HJKMNP-TV-Z]+$') then return ',"i":' .. cjson.encode(ids) .. '}' end
    local digits = string.gsub(id, '[J-Z]', audit_digits)
    packed[i] = struct.pack('>I1I5I5I5', audit_number(digits, 32, 1, 2), audit_number(digits, 32, 3, 8), audit_number(digits, 32, 11, 8), audit_number(digits, 32, 19, 8))
  end
  if #packed > 255 then return '\5\1' .. table.concat(packed, '\3') .. '\6' end
  -- ULIDs begin with their time: what was made in one month has its first bytes in common.
  local first, same = packed[1], 6
  for i = 2, #packed do
    while string.sub(packed[i], 1, same) ~= string.sub(first, 1, same) do same = same - 1 end
  end
  for i, bytes in ipairs(packed) do packed[i] = string.sub(bytes, same + 1) end
  return '\15' .. string.char(#packed, same) .. string.sub(first, 1, same) .. table.concat(packed)
end

local function audit(outcome, ids)
  local head = audit_call('HMGET', audit_head, 'number', 'hash', 'time', 'renewed')
  local number = (tonumber(head[1]) or 0) + 1
  local time = math.max(now, tonumber(head[3]) or 0)
  local id = string.format('%d-%d', time, number)
  local previous = head[2] or ''
  local entry = audit_entry .. ',"o":"' .. outcome .. '"' .. (ids and ids[1] and ',"i":' .. cjson.encode(ids) or '') .. '}'
  local hash = redis.sha1hex(previous .. '\n' .. id .. '\n' .. entry)
  local packed = audit_packed .. (outcome == 'ok' and '\4' or '\14' .. outcome .. '"') .. (ids and ids[1] and audit_pack(ids) or '}')
  audit_call('XADD', audit_stream, id, 'p', audit_hash_bytes(previous), 'e', packed)
  redis.call('HSET', audit_head, 'number', string.format('%d', number), 'hash', hash, 'time', string.format('%d', time))
  -- Most acts renew and trim nothing, and needn't know how long entries are kept.
  local since, due = now - (tonumber(head[4]) or 0), number % 64 == 0
  if not due and since <= math.min(audit_keep, AUDIT_LEAST_MS) / 16 then return id end
  local keep = audit_kept()
  -- A trail without new entries expires, once its last entry is old enough.
  local renew = since > keep / 16
  if renew then
    redis.call('HSET', audit_head, 'renewed', string.format('%d', now))
    redis.call('PEXPIRE', audit_stream, string.format('%d', keep * 1.125))
    redis.call('PEXPIRE', audit_head, string.format('%d', keep * 1.125))
  end
  -- Now and then, also where there are few entries.
  if renew or due then trail_trim(audit_stream, audit_head, keep) end
  return id
end
