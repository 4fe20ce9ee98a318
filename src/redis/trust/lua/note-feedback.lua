--- @include "lua/changes"
--- @include "lua/clock"
--- @include "lua/audit"
--- @include "lua/evidence"
--[[
Notes what a caller found of a memory. A caller has one verdict (confirmed or contradicted) and one word on its use
(used or useless) on what a memory says; a later one takes the place of the earlier.

KEYS[1] the record

ARGV[1] the outcome
ARGV[2] 'human' or 'agent'
ARGV[3] the caller's agent
ARGV[4] who the caller is among all callers, a token
ARGV[5] milliseconds after which a sweep looks whether the verdict was counted
ARGV[6] the facet of what is in quarantine; '' if a human's confirmation doesn't end that

Returns {the memory, the verdicts that are to be counted for its author, the author}, the first two as JSON.GET gives
them, also to a retry, which changes nothing; {} if there is no such memory.

$.voices: by token, what it said (v, u), and when last (at). $.unsent: by vote, since when (at) it stands how (verdict), and isn't counted yet.
]]
local paths = { '$.memory.source_agent', '$.memory.evidence', '$.memory.quarantined', '$.memory.id', '$.voices' }
local found = redis.call('JSON.GET', KEYS[1], unpack(paths))
if not found then
  audit('missing')
  return {}
end
found = cjson.decode(found)
local author, evidence = found['$.memory.source_agent'][1], found['$.memory.evidence'][1] or {}
local function answer()
  return { redis.call('JSON.GET', KEYS[1], '$.memory'), redis.call('JSON.GET', KEYS[1], '$.unsent'), author }
end
-- The caller may have found another thing since, or the memory may say one.
if audit_done() then
  audit('repeated')
  return answer()
end
audit(ARGV[1])
local token, human = ARGV[4], ARGV[2] == 'human'
local verdict = ARGV[1] == 'confirmed' or ARGV[1] == 'contradicted'
local kind = verdict and 'v' or 'u'
local voice = (found['$.voices'][1] or {})[token] or {}
local before = voice[kind]
-- The later of two in one millisecond must have the later time.
local at = math.max(now, (voice.at or 0) + 1)
local patch = { last = ARGV[1], last_at = now }
if before ~= ARGV[1] then
  if before then patch[before] = math.max(0, (evidence[before] or 0) - 1) end
  patch[ARGV[1]] = (evidence[ARGV[1]] or 0) + 1
end
if human and verdict then patch.human = ARGV[1] == 'confirmed' end

local document = { memory = { evidence = patch }, voices = { [token] = { [kind] = ARGV[1], at = at } } }
-- An author's verdict on its own memory doesn't affect its accuracy.
if verdict and before ~= ARGV[1] and (human or ARGV[3] ~= author) then
  local vote = found['$.memory.id'][1] .. ':' .. string.format('%d', evidence.since or 0) .. ':' .. token
  document.unsent = { [vote] = { at = at, verdict = ARGV[1] } }
  document.index = { feedback_at = now + tonumber(ARGV[5]) }
end
redis.call('JSON.MERGE', KEYS[1], '$', cjson.encode(document))
if human and ARGV[6] ~= '' and ARGV[1] == 'confirmed' and found['$.memory.quarantined'][1] then trust_release(KEYS[1], ARGV[6]) end
audit_note('feedback')
return answer()
