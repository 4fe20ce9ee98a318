--[[
The time of the script's run: `now` in milliseconds, `now_micros` in microseconds since the epoch.
]]
local clock_time = redis.call('TIME')
local now = clock_time[1] * 1000 + math.floor(clock_time[2] / 1000)
local now_micros = clock_time[1] * 1000000 + clock_time[2]
