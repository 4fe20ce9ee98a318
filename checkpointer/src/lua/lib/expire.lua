-- A thread lives and expires as a whole: all of its keys get the same instant, those made just now too. Without a
-- TTL of the caller's own, a thread keeps the one it has.
local function expire(ttl)
  local at
  if ttl == '0' then
    at = redis.call('PEXPIRETIME', VALUES)
    if at <= 0 then return end
  else
    local now = redis.call('TIME')
    at = now[1] * 1000 + math.floor(now[2] / 1000) + ttl
  end
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, string.format('%d', at)) end
end
