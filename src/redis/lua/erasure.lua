--- @include "lua/clock"
--[[
Put before scripts that delete for a person: notes what has to be gone through for what was derived of it.

KEYS[1] the notes, a sorted set by when: 'm <id>' of a memory that is gone, 'v <id>' of one whose old versions go,
        's <incarnation> <session>' of a session that is gone, 'r <incarnation> <session>' of one whose running summary
        quotes what is gone
KEYS[2] a hash by which a sweep finds them: at, when to look, milliseconds; ns

Takes off the end: 2 keys, 2 arguments.

ARGV[1] the namespace
ARGV[2] '1' if anything is noted; else what was derived stays
]]
local erasure_due, erasure_notes = table.remove(KEYS), table.remove(KEYS)
local erasure_wanted, erasure_namespace = table.remove(ARGV) == '1', table.remove(ARGV)
local erasure_count = 0
-- The deleting process handles it at once. A sweep does so only if that process fails.
local ERASURE_GRACE_MS = 10000

local function erasure_note(note)
  if not erasure_wanted then return end
  redis.call('ZADD', erasure_notes, 'NX', string.format('%d', now), note)
  redis.call('HSET', erasure_due, 'at', string.format('%d', now + ERASURE_GRACE_MS), 'ns', erasure_namespace)
  erasure_count = erasure_count + 1
end
