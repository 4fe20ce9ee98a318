--[[
What a script's reply begins with: {code, ...}. As src/redis/scripts/codes.ts has them.
]]
local CODE = {
  DONE = 0, CREATED = 1, MISSING = 2, CONFLICT = 3, DUPLICATE = 4, SEEN = 5, OLDER = 6, TAKEN = 7,
  QUOTA = 8, CONTRADICTIONS = 9, TOO_MANY = 10, TOO_LARGE = 11, TTL_TOO_LONG = 12,
  BUSY = 13, LOST = 14, UNFIT = 15, OUTDATED = 16, EXPIRED = 17, FUTURE = 18, DRIFTED = 19, FAILED = 20,
}
