--[[
What a script's reply begins with: {code, ...}. As src/redis/scripts/codes.ts has them.
]]
local CODE = {
  DONE = 0, MISSING = 1, CONFLICT = 2, DUPLICATE = 3, QUOTA = 4, CONTRADICTIONS = 5, SEEN = 6, OLDER = 7,
}
