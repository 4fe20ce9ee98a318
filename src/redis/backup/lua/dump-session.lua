--[[
Reads a session's head and some of its messages, for an export that is recorded by itself. It prolongs nothing.

KEYS[1] the session's head
KEYS[2] its messages

ARGV[1] after which message
ARGV[2] how many at most

Returns {the head as HGETALL does, {messages as XRANGE has them}}.
]]
return { redis.call('HGETALL', KEYS[1]), redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+', 'COUNT', ARGV[2]) }
