--- @include "lua/codes"
--- @include "lua/clock"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/state-time"
--- @include "state/lua/lib-matches"
--[[
Reads documents of a namespace, each for a caller of its own, with an entry for each; see documents.lua, which is left out because
this is done far more often than all else together. Reading a sliding one makes it last its whole time again.

KEYS[1] the namespace's settings
KEYS[2+] documents and their hashes, in turn

ARGV[1] how long history is kept where the settings don't say, milliseconds
ARGV[2+] the audit's entries of the second document and those after it, each as JSON and packed; then, of a single document,
         JSONPaths, whose matches are joined; none for the value itself

Returns for each {DONE, version, time, by, expires or '', sliding, value}; {MISSING}; {DRIFTED, version, text} the document
must be mended before the path.
]]
local count = (#KEYS - 1) / 2
local first_path = 2 * count
local replies, ends = {}, {}

-- All is read before the first entry is written: where a read fails, nothing has been done.
for i = 1, count do
  local doc = KEYS[2 * i]
  local facts = redis.call('HMGET', KEYS[2 * i + 1], 'v', 't', 'b', 'e', 's', 'l', 'j')
  local expires, value, text = facts[4], nil, facts[7]
  local there = expires and (expires == '' or tonumber(expires) > now)
  if not there then
    replies[i] = { CODE.MISSING }
  elseif #ARGV < first_path then
    value = text or redis.call('JSON.GET', doc)
  elseif text and redis.call('JSON.GET', doc) ~= text then
    return { { CODE.DRIFTED, facts[1], text } }
  else
    value = matches_of(doc, first_path, #ARGV)
  end
  if there then replies[i] = { CODE.DONE, facts[1], facts[2], facts[3], expires, facts[5], value, life = facts[6] } end
  audit_end(ends, i == 1 and audit_entry or ARGV[2 * i - 2], i == 1 and audit_packed or ARGV[2 * i - 1], there and 'ok' or 'missing')
end
audit_write(ends)

-- Gives a sliding document its whole time again. Returns when it expires.
local function renew(doc, meta, life)
  local renewed = now + tonumber(life)
  local seconds = redis.call('HGET', KEYS[1], 'retention_state_history_seconds')
  local keep = seconds and tonumber(seconds) * 1000 or tonumber(ARGV[1])
  local until_removed = int(renewed + keep)
  redis.call('HSET', meta, 'e', int(renewed))
  -- As lua/state-size.lua would do it, which takes longer than all else here.
  local version, bytes, ended, old = string.match(redis.call('HGET', meta, 'z') or '', '^(%d+) (%d+) (%d+)(.*)$')
  local later = size_time_of(renewed, keep)
  if ended and ended ~= '0' and ended ~= later then
    local state_ends = string.gsub(KEYS[1], ':settings:{', ':state-ends:{', 1)
    local left = redis.call('HINCRBY', state_ends, ended, '-' .. bytes)
    if left <= 0 then redis.call('HDEL', state_ends, ended) end
    if left < 0 then redis.call('HINCRBY', (string.gsub(KEYS[1], ':settings:{', ':state-head:{', 1)), 'bytes', int(-left)) end
    redis.call('HINCRBY', state_ends, later, bytes)
    redis.call('HSET', meta, 'z', version .. ' ' .. bytes .. ' ' .. later .. old)
  end
  redis.call('PEXPIREAT', doc, until_removed)
  redis.call('PEXPIREAT', meta, until_removed)
  return int(renewed)
end

for i = 1, count do
  local reply = replies[i]
  if reply[6] == '1' and reply.life ~= '' then reply[5] = renew(KEYS[2 * i], KEYS[2 * i + 1], reply.life) end
end
return replies
