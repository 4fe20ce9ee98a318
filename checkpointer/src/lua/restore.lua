--[[
Fills a thread with the dumps of another one.

KEYS    index, heads, values, writes, segments

ARGV[1] expiry in milliseconds since the epoch, or '0'
ARGV[2+] a dump per key, or ''

Returns 1 if it was done, 0 if there is a thread already.
]]
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then return 0 end
end
for i, key in ipairs(KEYS) do
  if ARGV[i + 1] ~= '' then
    redis.call('RESTORE', key, 0, ARGV[i + 1])
    if ARGV[1] ~= '0' then redis.call('PEXPIREAT', key, ARGV[1]) end
  end
end
return 1
