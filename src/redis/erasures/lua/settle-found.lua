--[[
Notes that an erasure has erased what it found.

KEYS[1] what it has found and not erased yet, a set
KEYS[2] what it has erased, a set

ARGV[1]  how long they are kept, milliseconds
ARGV[2+] the things

Returns 1.
]]
for i = 2, #ARGV do redis.call('SMOVE', KEYS[1], KEYS[2], ARGV[i]) end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1
