--- @include "lua/clock"
--- @include "lua/usage"
--- @include "lua/versions"
--- @include "lua/timelines"
--[[
Notes that a recall returned memories, and gives back a part of their lives: see renewedEnd in src/memory/lifecycle/decay.ts. A
part of a recall, which is recorded by itself. What was deleted, has ended or was revised in between isn't brought back,
and keeps its end.

KEYS[1]  the namespace's uses, a hash by id: <count> <milliseconds>
KEYS[2+] the records

ARGV[1]  what precedes a content hash in its key
ARGV[2]  how often a use is noted at most, milliseconds
ARGV[3]  by how much a life is longer after 1, 2, ... uses, a JSON array
ARGV[4+] for each record: its id, the version that was returned, its life in milliseconds, '' if use doesn't renew it,
         and when it ends at the latest

Returns how many of them were noted.
]]
if redis.call('HGET', usage_settings, 'decay_touch') == 'false' then return 0 end
local factors = cjson.decode(ARGV[3])

local function renew(record, id, version, life, uses, latest)
  local ends = redis.call('PEXPIRETIME', record)
  if ends <= 0 then return end
  local current = cjson.decode(redis.call('JSON.GET', record, '$.memory.version', '$.index.hash', '$.index.timeline'))
  if current['$.memory.version'][1] ~= tonumber(version) then return end
  local whole = now + life * factors[math.min(uses, #factors)]
  local next = math.floor(math.min(tonumber(latest), ends + (whole - ends) / 2))
  if next - ends < life / 16 then return end
  local text = string.format('%d', next)
  local bytes = usage_total(record)
  usage_leave(id, bytes, ends)
  usage_enter(id, bytes, text)
  for _, key in ipairs({ record, ARGV[1] .. current['$.index.hash'][1] }) do redis.call('PEXPIREAT', key, text, 'XX') end
  version_expire(record, text)
  local timeline = current['$.index.timeline'][1]
  if timeline then fact_prolong_both(fact_keys(record) .. timeline, text) end
  redis.call('JSON.MERGE', record, '$.memory', '{"expires_at":' .. text .. ',"prolonged_by":"use"}')
end

local noted, seen, ids = 0, {}, {}
for i = 2, #KEYS do ids[i - 1] = ARGV[4 * (i - 1)] end
-- One call: most were noted a moment ago.
local known = redis.call('HMGET', KEYS[1], unpack(ids))
for i = 2, #KEYS do
  local at = 4 * (i - 1)
  local id, version, life, latest = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local count, last = string.match(known[i - 1] or '', '^(%d+) (%d+)$')
  local pause = math.min(tonumber(ARGV[2]), (life or math.huge) / 16)
  if not seen[id] and (not last or now - tonumber(last) >= pause) and redis.call('EXISTS', KEYS[i]) == 1 then
    seen[id] = true
    local uses = (tonumber(count) or 0) + 1
    redis.call('HSET', KEYS[1], id, string.format('%d %d', uses, now))
    if life then renew(KEYS[i], id, version, life, uses, latest) end
    noted = noted + 1
  end
end
return noted
