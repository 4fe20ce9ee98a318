--[[
Put before the scripts of a run's worker: lets only the holder of the lease go on.

Takes off the front: 4 keys, 2 arguments.

KEYS[1] the namespace's head, a hash: run, the running one; fence, of its last claim; ends, until when that
        holds; at, when the schedule begins the next one; how far steps have come, by their name; and what a step is to look at again, ids as JSON, by
        <its name>.again
KEYS[2] the run, a hash
KEYS[3] its actions, a list of JSON
KEYS[4] the note that there is something to do, a hash: at, ns

ARGV[1] id of the run
ARGV[2] fence
]]
local consolidation_head, consolidation_run = table.remove(KEYS, 1), table.remove(KEYS, 1)
local consolidation_actions, consolidation_due = table.remove(KEYS, 1), table.remove(KEYS, 1)
local consolidation_id, consolidation_fence = table.remove(ARGV, 1), table.remove(ARGV, 1)

local function consolidation_held()
  local head = redis.call('HMGET', consolidation_head, 'run', 'fence')
  -- A run that has expired would come back as a part of one, which never ends.
  return head[1] == consolidation_id and head[2] == consolidation_fence and redis.call('EXISTS', consolidation_run) == 1
end
