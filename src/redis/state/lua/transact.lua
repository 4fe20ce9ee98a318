--- @include "lua/codes"
--- @include "lua/numbers"
--- @include "lua/audit"
--- @include "lua/documents"
--- @include "lua/state-size"
--- @include "lua/state-left"
--[[
Checks versions, then does operations on up to 64 documents: all of them or none.

KEYS[1+] four a document: itself, its hash, its history, and a draft of this script's own
KEYS[last] what this operation has done already; missing if no retry will come

ARGV[1] the plan as JSON, its places numbered from 1:
        keys   the state keys
        checks [place of the key, version or '-' for not there]
        ops    o operation, k place of the key, p path (left out for the whole value), a and s where that leads to elements
               of arrays: the path of those arrays, and p once each is two elements longer, l true if they must be made so first; g and r where p has slices
               in place of negative indexes and may add a member: r is p with the indexes, to be used where g, what
               would have the member, has a match; t seconds to live as in
               put.lua, v argument that holds the value, f first fix in the arguments, n number of fixes,
               u true if the text is to be kept; w first array to be set again after a merge, m their number;
               for an increment v is its addend as RedisJSON reads it, and by, min, max are numbers
ARGV[2] how large a value may become, bytes
ARGV[3] how long what an operation has done is remembered, milliseconds
ARGV[4] how many bytes the operations may touch: of documents, each time, and of values
ARGV[5+] values and fixes

Operations are tried first. What can't fail any more is put off, everything else is done on a draft; only when all have
passed do the documents change. So nothing has to be taken back, and no one sees a half-done transaction.

Returns {DONE, version, value, ...} two for each operation, value '' unless it is an increment;
{FAILED, 'check' | 'operation', its place from 0, reason, more}; {QUOTA} the namespace would hold too many bytes; {MISSING} the operation is done already, and a document that
it left is deleted; {DRIFTED, place of a key, version, text, ...} three for
each document that must be mended before.
]]
local plan = cjson.decode(ARGV[1])
local limit, budget = tonumber(ARGV[2]), tonumber(ARGV[4])
local done = KEYS[4 * #plan.keys + 1]
if done then
  local result = redis.call('GET', done)
  if result then
    audit('repeated')
    local left = {}
    for _, op in ipairs(plan.ops) do left[op.k] = op.o ~= 'delete' or op.p ~= nil end
    for place, stayed in pairs(left) do
      -- Deleted since. An expired one is still there.
      if stayed and redis.call('EXISTS', KEYS[4 * place - 2]) == 0 then return { CODE.MISSING } end
    end
    return cjson.decode(result)
  end
end

local documents = {}
for i, key in ipairs(plan.keys) do
  local at = 4 * (i - 1)
  local before = state_load(KEYS[at + 2], KEYS[at + 3])
  documents[i] = {
    key = key, doc = KEYS[at + 1], meta = KEYS[at + 2], history = KEYS[at + 3], draft = KEYS[at + 4],
    before = before, exists = before ~= nil and before.live, clean = true, drafted = false,
    keep = before and before.text,
  }
end

local function drop_drafts()
  for _, document in ipairs(documents) do
    if document.drafted then redis.call('DEL', document.draft) end
  end
end

local function fail(kind, index, reason, more)
  drop_drafts()
  audit('failed')
  return { CODE.FAILED, kind, int(index - 1), reason, more or '' }
end

local function write(target, op)
  redis.call('JSON.SET', target, '$', ARGV[op.v], unpack(state_words))
  state_fix(target, '$', op.f, op.n)
end

local function merge(target, op)
  redis.call('JSON.MERGE', target, '$', ARGV[op.v])
  state_widen(target, '$', op.w, op.m)
  state_fix(target, '$', op.f, op.n)
end

-- The entry at a place of a reply that lists numbers, nulls and empty texts.
local function entry(reply, place)
  for text in string.gmatch(reply, '[^%[%],]+') do
    place = place - 1
    if place == 0 then return text end
  end
end

-- Where the one number of a path stands among all that it leads to now: loosely lets it lead to more, of which those
-- that are numbers are 0. An equal one gets an equal sum.
local function place_of(target, op, path)
  local found, place = redis.call('JSON.GET', target, path), 1
  while entry(found, place) do
    if tonumber(entry(found, place)) == op.number then return place end
    place = place + 1
  end
end

-- RedisJSON may read the addend one place off; what is missing then is added too.
local function increment(target, op, path)
  local place = not path and 1 or place_of(target, op, path)
  if not place then return false end
  path = path or op.p or '$'
  local reply = redis.call('JSON.NUMINCRBY', target, path, ARGV[op.v])
  for _ = 1, 4 do
    local sum = tonumber(entry(reply, place))
    if sum == op.sum then break end
    reply = redis.call('JSON.NUMINCRBY', target, path, string.format('%.17g', op.sum - sum))
  end
  op.result = entry(reply, place)
  return true
end

local function start_draft(document)
  document.drafted = true
  redis.call('PEXPIRE', document.draft, 10000)
end

-- From here on this document's operations are done on a draft.
local function draft(document)
  if document.clean then
    redis.call('COPY', document.doc, document.draft, 'REPLACE')
    start_draft(document)
  elseif document.put_off then
    local op, act = unpack(document.put_off)
    document.put_off = nil
    if act ~= write then redis.call('COPY', document.doc, document.draft, 'REPLACE') end
    act(document.draft, op)
    start_draft(document)
  end
  document.clean = false
end

-- The shortest text of a number that RedisJSON may read one place off.
local function delicate(text) return #text > 16 or string.find(text, 'e', 1, true) end

local function whole(number) return number == math.floor(number) end

local function words_of(op) return op.o == 'set' and state_words or {} end

local function has_single(target, path)
  for _, length in ipairs(redis.call('JSON.ARRLEN', target, path)) do
    if length == 1 then return true end
  end
end

-- Whether an element must be changed loosely.
local function is_tight(target, op) return op.a and (op.l or has_single(target, op.a)) end

-- RedisJSON from 8.4 on keeps an array of numbers in a narrow type. It aborts the server when an array of such a type
-- without elements gets something other than a number, and changes the only element by taking it out first; it merges
-- nothing into such an element; and 8.8 prints fewer digits of a fraction in such an array.
-- So each array gets a number and a text behind its elements, which makes it one of values of any kind; they are removed
-- when the element has been changed. The number goes first: any array takes it, also one that lost its elements.
-- Returns why it can't be done, or nil. A filter that looks at those arrays may then select others: so they're counted.
local function loosely(target, op, change)
  local open = 0
  for _, length in ipairs(redis.call('JSON.ARRAPPEND', target, op.a, '0', '""')) do
    if length then open = open + 1 end
  end
  if not change(target, op, op.s) then return 'filter_moved' end
  for _ = 1, 2 do
    local closed = 0
    for _, popped in ipairs(redis.call('JSON.ARRPOP', target, op.a)) do
      if popped then closed = closed + 1 end
    end
    if closed ~= open then return 'filter_moved' end
  end
end

local function add(document, op)
  if not document.exists then
    if op.p then return 'missing' end
    redis.call('JSON.SET', document.draft, '$', '0')
    start_draft(document)
    document.clean, document.exists = false, true
  end
  local found = redis.call('JSON.GET', document.clean and document.doc or document.draft, op.p or '$')
  local number = tonumber(string.match(found, '^%[(%-?%d[%d%.eE%+%-]*)%]$'))
  if not number then return found == '[]' and 'path_not_found' or 'not_one_number' end
  op.number, op.sum, op.digits = number, number + op.by, #found - 2
  if op.sum - op.sum ~= 0 then return 'out_of_range' end
  if whole(number) and whole(op.by) and math.max(math.abs(number), math.abs(op.by), math.abs(op.sum)) > 9007199254740991 then
    return 'out_of_range'
  end
  if op.min and op.sum < op.min then return 'below_min' end
  if op.max and op.sum > op.max then return 'above_max' end
  if is_tight(document.clean and document.doc or document.draft, op) then
    draft(document)
    return loosely(document.draft, op, increment)
  end
  if document.clean then document.put_off = { op, increment } else increment(document.draft, op) end
end

-- Sets or merges at a path; false if that leads nowhere.
local function change_value(target, op, path)
  local reply = redis.pcall(op.o == 'set' and 'JSON.SET' or 'JSON.MERGE', target, path, ARGV[op.v], unpack(words_of(op)))
  return reply and not (type(reply) == 'table' and reply.err)
end

local function change_part(document, op)
  if not document.exists then return 'missing' end
  draft(document)
  if op.v and is_tight(document.draft, op) then
    if #redis.call('JSON.TYPE', document.draft, op.p) == 0 then return 'path_not_found' end
    local reason = loosely(document.draft, op, change_value)
    if reason then return reason end
  elseif op.v then
    local fresh = op.r and #redis.call('JSON.TYPE', document.draft, op.g) > 0
    -- The path is one that RedisJSON reads, so an error says that it leads nowhere.
    if not change_value(document.draft, op, fresh and op.r or op.p) then return 'path_not_found' end
  else
    local reply = redis.pcall('JSON.DEL', document.draft, op.p)
    if reply == 0 or type(reply) == 'table' and reply.err then return 'path_not_found' end
    if redis.call('EXISTS', document.draft) == 0 then return 'path_not_found' end
  end
  if op.v then
    if op.m then state_widen(document.draft, op.p, op.w, op.m) end
    state_fix(document.draft, op.p, op.f, op.n)
  end
end

local function change_whole(document, op)
  if op.o == 'set' then
    document.exists = true
    if document.clean then
      document.put_off = { op, write }
    else
      write(document.draft, op)
      start_draft(document)
    end
    return
  end
  if not document.exists then return 'missing' end
  if op.o == 'delete' then
    document.exists = false
    if document.drafted then redis.call('DEL', document.draft) end
    document.drafted = false
  elseif document.clean and #op.previous + #ARGV[op.v] <= limit then
    document.put_off = { op, merge }
  else
    draft(document)
    merge(document.draft, op)
  end
end

local function expiry(document, op)
  local fresh = (op.o == 'set' and not op.p) or not document.exists
  op.fresh = fresh
  if op.o == 'delete' or (op.t == '' and not fresh) then return end
  local ttl, most = state_ttl(op.t)
  if not ttl then return 'ttl_too_long', most end
  op.ttl, op.expires = ttl, state_expiry(ttl)
end

for index, check in ipairs(plan.checks) do
  local document = documents[check[1]]
  local current = document.exists and document.before or nil
  if not state_matches(current, check[2]) then
    return fail('check', index, 'version_conflict', current and current.version or '')
  end
end

-- Each operation reads and keeps the document as it was before. All requirements are checked here, before any
-- operation: other callers wait while the script runs.
local bytes, drifted = 0, { CODE.DRIFTED }
for index, op in ipairs(plan.ops) do
  local document = documents[op.k]
  local before = document.before
  if before and not document.text then
    document.text = redis.call('JSON.GET', document.doc)
    document.size = #document.text
    if before.text and document.text ~= before.text then
      for _, part in ipairs({ int(op.k), before.version, before.text }) do table.insert(drifted, part) end
    end
  end
  local given = op.o ~= 'increment' and op.v and #ARGV[op.v] or 0
  local size = document.size or 0
  bytes = bytes + size + given
  if bytes > budget then return fail('operation', index, 'too_many_bytes') end
  document.size = (op.p or op.o == 'merge') and size + given or given
end
if drifted[2] then return drifted end

for index, op in ipairs(plan.ops) do
  local document = documents[op.k]
  -- A second operation on a document needs to see what the first has made.
  if not document.clean then draft(document) end
  local holder = document.clean and document.doc or document.draft
  if document.clean and document.before or document.drafted then
    op.previous = document.text or redis.call('JSON.GET', holder)
  end
  document.text = nil
  local reason, more = expiry(document, op)
  if not reason then
    if op.o == 'increment' then
      reason = add(document, op)
    elseif op.p then
      reason = change_part(document, op)
    else
      reason = change_whole(document, op)
    end
  end
  document.clean = false
  document.touched = true
  if not reason and document.drafted and op.o ~= 'delete' and (op.p or op.o == 'merge') then
    document.text = redis.call('JSON.GET', document.draft)
    if #document.text > limit then reason = 'too_large' end
  end
  if reason then return fail('operation', index, reason, more) end
end

-- What a document will count for; at most so much where that isn't known yet.
local function size_after(document)
  if not document.exists then return 0 end
  local known = document.text or document.drafted and redis.call('JSON.GET', document.draft)
  if known then return size_of(document.key, known) end
  local op, act = unpack(document.put_off)
  if act == write then return size_of(document.key, ARGV[op.v]) end
  -- No sum has more characters.
  return size_of(document.key, op.previous) + (act == merge and #ARGV[op.v] or 24)
end

local function all_after()
  local bytes, first = 0, {}
  for _, op in ipairs(plan.ops) do
    local document = documents[op.k]
    -- What is there already counts on, as an old version.
    if op.previous and (first[op.k] or not document.before) then bytes = bytes + size_of(document.key, op.previous) end
    first[op.k] = true
  end
  for _, document in ipairs(documents) do
    if document.touched then
      document.bytes = size_after(document)
      bytes = bytes + document.bytes
    end
  end
  return bytes
end

if state_over(all_after()) then
  -- What was put off is done on drafts: then it is known.
  for _, document in ipairs(documents) do
    if document.put_off then draft(document) end
  end
  if state_over(all_after()) then
    drop_drafts()
    audit('quota')
    return { CODE.QUOTA }
  end
end

audit('ok')
for _, document in ipairs(documents) do
  if document.touched then
    -- Before the document changes.
    document.counts = state_size(document.key, document.doc, document.history, document.before)
    if document.put_off then
      local op, act = unpack(document.put_off)
      act(document.doc, op)
      if act == increment then
        document.bytes = size_of(document.key, op.previous) - op.digits + #op.result
      elseif act == merge or op.u then
        document.bytes = size_of(document.key, redis.call('JSON.GET', document.doc))
      end
    elseif document.drafted then
      redis.call('RENAME', document.draft, document.doc)
      redis.call('PERSIST', document.doc)
    else
      redis.call('DEL', document.doc, document.meta)
    end
  end
  document.facts = document.before
end

local result = { CODE.DONE }
for _, op in ipairs(plan.ops) do
  local document = documents[op.k]
  local facts = document.facts
  local size = document.counts
  if facts then
    if facts ~= document.before then size_set(size, facts.version, size_of(document.key, op.previous), '') end
    size_supersede(size)
    state_archive(document.history, facts, op.previous)
    document.archived = true
  end
  -- A deletion always means that the document is gone.
  local name = op.o == 'delete' and op.p and 'merge' or op.o
  local version, time = state_change(document.key, name)
  if not op.p and (op.o == 'set' or op.o == 'delete') then
    document.keep = op.u
  else
    document.keep = document.keep or op.u or op.result and delicate(op.result)
    -- An array may have become one of fractions only.
    if op.a and (op.o == 'delete' or op.result and string.find(op.result, '.', 1, true)) then document.keep = true end
  end
  if op.o == 'delete' and not op.p then
    state_bury(document.history, version, time, size)
    document.buried = true
    document.facts = nil
  else
    local kept = facts or { expires = '', ttl = '', sliding = '' }
    document.facts = {
      version = version, time = time, by = state_agent, op = name,
      expires = op.expires or kept.expires, ttl = op.ttl or kept.ttl,
      sliding = op.fresh and '' or kept.sliding,
    }
  end
  table.insert(result, version)
  table.insert(result, op.result or '')
end
for _, document in ipairs(documents) do
  if document.buried or document.archived and not document.before then state_keep_history(document.history) end
  if document.buried and not document.facts then left_note(document.history) end
  if document.touched and document.facts then
    document.facts.keep, document.facts.size = document.keep, document.counts
    size_set(document.counts, document.facts.version, document.bytes, document.facts.expires)
    state_settle(document.doc, document.meta, document.history, document.before, document.facts)
  end
end
state_finish()
if done then redis.call('SET', done, cjson.encode(result), 'PX', ARGV[3]) end
return result
