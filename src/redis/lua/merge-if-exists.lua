--[[
Applies a JSON merge patch to a document that exists: JSON.MERGE alone would create a deleted one anew.

KEYS[1] the document
ARGV[1] patch

Returns 1 if it was applied, else 0.
]]
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('JSON.MERGE', KEYS[1], '$', ARGV[1])
return 1
