--[[
Reads an item by its key, as a part of an act that is recorded by itself.

KEYS[1] what names its id

ARGV[1] what precedes an id in a record's key

Returns what JSON.GET $.memory $.raw $.published of the record does; false if there is none.
]]
local id = redis.call('GET', KEYS[1])
return id and redis.call('JSON.GET', ARGV[1] .. id, '$.memory', '$.raw', '$.published')
