--[[
Deletes a stream that holds no receipt any more. A receipt that another process adds meanwhile stays.

KEYS[1] the receipts of a home

Returns 1 if there is no stream any more, 0 if it holds receipts.
]]
if redis.call('XLEN', KEYS[1]) > 0 then return 0 end
redis.call('UNLINK', KEYS[1])
return 1
