--- @include "lua/clock"
--- @include "lua/audit-trim"
--[[
Put before every script that acts for a caller: records the act in the audit trail of its namespace.

Takes off the front: 2 keys, 5 arguments. So a script numbers its own from 1.

KEYS[1] the trail, a stream
KEYS[2] its head: number, hash and time of the last entry; number and hash before the oldest one kept; renewed and keep =
        when the trail was last given its time to live, and for how long entries were kept then

ARGV[1] the entry as JSON without its closing brace
ARGV[2] the same, packed: see codec/packed-text.ts
ARGV[3] how long entries are kept where the namespace's settings don't say, milliseconds
ARGV[4] 'v' and the version of the namespace's settings by which the texts were treated; '' if there are none to treat.
        If the settings have another one, nothing is done: the script replies with the error NEWSETTINGS.
ARGV[5] the operation; '' if no retry will come

Entry: id <milliseconds>-<number>, p = hash of the entry before it, as 20 bytes ('' for the first), e = the entry, packed.
Hash: sha1(p \n id \n e), the one digest that a script has, with p in hexadecimal and e as JSON.

A script calls audit(outcome, ids, packed ids) before its first write: if that fails, because Redis takes no writes or the trail
isn't sound (NOAUDIT), nothing has been done yet. Scripts aren't rolled back.
]]
local audit_stream, audit_head = table.remove(KEYS, 1), table.remove(KEYS, 1)
local audit_entry, audit_packed = table.remove(ARGV, 1), table.remove(ARGV, 1)
local audit_keep = tonumber(table.remove(ARGV, 1))
local audit_policy = table.remove(ARGV, 1)
local audit_operation = table.remove(ARGV, 1)
-- The key is that of src/redis/keys.ts.
local function audit_settings() return (string.gsub(audit_stream, ':audit:{', ':settings:{', 1)) end

if audit_policy ~= '' and audit_policy ~= 'v' .. (redis.call('HGET', audit_settings(), 'version') or '') then
  return redis.error_reply('NEWSETTINGS the settings have changed since the texts were treated')
end

-- What the operation has done, in the step that does it: a retry whose first answer was lost does it no second time.
local function audit_done_key()
  return (string.gsub(audit_stream, ':audit:{', ':done:{', 1)) .. ':' .. audit_operation
end
local function audit_done() return audit_operation ~= '' and redis.call('GET', audit_done_key()) or nil end
local function audit_note(what)
  if audit_operation ~= '' then redis.call('SET', audit_done_key(), what, 'PX', 24 * 3600 * 1000) end
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

-- ULIDs as their bytes; nil if one of the ids isn't one. Takes 2.5 µs for each: a script with many gets them packed.
local function audit_bytes(ids)
  -- Digits of a ULID as tonumber takes them: a ULID leaves out I, L, O and U.
  local audit_digits = {
    J = 'I', K = 'J', M = 'K', N = 'L', P = 'M', Q = 'N', R = 'O', S = 'P', T = 'Q', V = 'R', W = 'S', X = 'T', Y = 'U', Z = 'V',
  }
  local function number(digits, from, count) return tonumber(string.sub(digits, from, from + count - 1), 32) end
  local packed = {}
  for i, id in ipairs(ids) do
    if #id ~= 26 or not string.find(id, '^[0-7][0-9A-HJKMNP-TV-Z]+$') then return nil end
    local digits = string.gsub(id, '[J-Z]', audit_digits)
    packed[i] = struct.pack('>I1I5I5I5', number(digits, 1, 2), number(digits, 3, 8), number(digits, 11, 8), number(digits, 19, 8))
  end
  return packed
end

-- The end of an entry with these ids, packed; as JSON if one of them isn't a ULID. Changes `packed`, their bytes.
local function audit_pack(ids, packed)
  packed = packed or audit_bytes(ids)
  if not packed then return ',"i":' .. cjson.encode(ids) .. '}' end
  if #packed > 255 then return '\5\1' .. table.concat(packed, '\3') .. '\6' end
  -- ULIDs begin with their time: what was made in one month has its first bytes in common.
  local first, same = packed[1], 6
  for i = 2, #packed do
    while string.sub(packed[i], 1, same) ~= string.sub(first, 1, same) do same = same - 1 end
  end
  for i, bytes in ipairs(packed) do packed[i] = string.sub(bytes, same + 1) end
  return '\15' .. string.char(#packed, same) .. string.sub(first, 1, same) .. table.concat(packed)
end

-- How long entries are kept by the namespace's settings, milliseconds.
local function audit_kept()
  local seconds = redis.call('HGET', audit_settings(), 'retention_audit_seconds')
  return seconds and tonumber(seconds) * 1000 or audit_keep
end

-- A trail without new entries expires, once its last entry is old enough.
local function audit_renew(keep)
  redis.call('HSET', audit_head, 'renewed', string.format('%d', now), 'keep', string.format('%d', keep))
  redis.call('PEXPIRE', audit_stream, string.format('%d', keep * 1.125))
  redis.call('PEXPIRE', audit_head, string.format('%d', keep * 1.125))
end

-- Notes how an act ended, for audit_write: its entry, as JSON and packed, without what only its end says.
local function audit_end(ends, entry, packed, outcome, ids, ids_packed)
  local named = ids and ids[1]
  ends[#ends + 1] = entry .. ',"o":"' .. outcome .. '"' .. (named and ',"i":' .. cjson.encode(ids) or '') .. '}'
  ends[#ends + 1] = packed .. (outcome == 'ok' and '\4' or '\14' .. outcome .. '"') .. (named and audit_pack(ids, ids_packed) or '}')
  return ends
end

-- Writes an entry for each act, in their order; if the first can be written, so can the others. In every act: each call of a
-- function counts here, and each text that is made.
local function audit_write(ends)
  local head = audit_call('HMGET', audit_head, 'number', 'hash', 'time', 'renewed', 'keep')
  local before, number, hash = tonumber(head[1]) or 0, nil, head[2] or ''
  local time_text, id = string.format('%d', math.max(now, tonumber(head[3]) or 0)), nil
  for i = 1, #ends, 2 do
    number = before + (i + 1) / 2
    id = time_text .. '-' .. string.format('%d', number)
    local bytes = hash == '' and '' or struct.pack(
      '>I5I5I5I5', tonumber(string.sub(hash, 1, 10), 16), tonumber(string.sub(hash, 11, 20), 16),
      tonumber(string.sub(hash, 21, 30), 16), tonumber(string.sub(hash, 31, 40), 16))
    hash = redis.sha1hex(hash .. '\n' .. id .. '\n' .. ends[i])
    audit_call('XADD', audit_stream, id, 'p', bytes, 'e', ends[i + 1])
  end
  redis.call('HSET', audit_head, 'number', string.format('%d', number), 'hash', hash, 'time', time_text)
  -- Most acts renew and trim nothing, and needn't know how long entries are kept.
  local since, due = now - (tonumber(head[4]) or 0), math.floor(number / 64) > math.floor(before / 64)
  if not due and since <= math.min(audit_keep, AUDIT_LEAST_MS) / 16 then return id end
  local keep = audit_kept()
  -- By another retention the trail would expire too early, however often it is written to.
  local renew = since > keep / 16 or tonumber(head[5]) ~= keep
  if renew then audit_renew(keep) end
  -- Now and then, also where there are few entries.
  if renew or due then trail_trim(audit_stream, audit_head, keep) end
  return id
end

local function audit(outcome, ids, ids_packed)
  return audit_write(audit_end({}, audit_entry, audit_packed, outcome, ids, ids_packed))
end
