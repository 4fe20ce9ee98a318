--[[
Notes since when receipts of homes are noted at their namespaces, also in a Redis that is full: a deletion needs to know.
What is noted already stays.

KEYS[1] the notes, a hash

ARGV[1]  the time, milliseconds since the epoch
ARGV[2+] homes

Returns how many are new.
]]
local new = 0
for i = 2, #ARGV do new = new + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[1]) end
return new
