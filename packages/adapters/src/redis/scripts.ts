/**
 * The scripts of the limiter. Redis runs each as a whole. Numbers in Lua are doubles, exact up to 2^53, and are written
 * by `%.0f`, since Lua itself rounds to 14 digits.
 */

/** The time that the caller says, or the server's own, ms. */
const NOW = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function whole(number) return string.format('%.0f', number) end
`;

/** KEYS: a sorted set of requests by time. ARGV: now, windowMs, requests, units, mark. */
export const TAKE_REQUESTS: string = `${NOW}
local window, requests, units = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local latest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
if latest and tonumber(latest) > now then now = tonumber(latest) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now - window))
local used = redis.call('ZCARD', KEYS[1])
local left = requests - used
if units > left then
  local over = units - left
  local retry = -1
  if over <= used then
    retry = tonumber(redis.call('ZRANGE', KEYS[1], over - 1, over - 1, 'WITHSCORES')[2]) + window - now
  end
  return { 0, math.max(left, 0), retry }
end
for i = 1, units do
  redis.call('ZADD', KEYS[1], whole(now), ARGV[5] .. '.' .. i)
end
if units > 0 then redis.call('PEXPIRE', KEYS[1], whole(window)) end
return { 1, left - units, 0 }
`;

/** KEYS: the same. ARGV: units, mark. */
export const GIVE_BACK_REQUESTS = `
for i = 1, tonumber(ARGV[1]) do
  redis.call('ZREM', KEYS[1], ARGV[2] .. '.' .. i)
end
return 1
`;

/** KEYS: a hash of credits and the time they were filled up at. ARGV: now, capacity, refill, perMs, units. */
export const TAKE_TOKENS: string = `${NOW}
local capacity, refill, per, units = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local most = capacity * per
local known = redis.call('HMGET', KEYS[1], 'credits', 'at')
local credits, at = tonumber(known[1]) or most, tonumber(known[2]) or now
if now > at then
  local missing = most - credits
  if now - at >= math.ceil(missing / refill) then credits = most else credits = credits + (now - at) * refill end
  at = now
end
local left = math.floor(credits / per)
if units > left then
  local retry = -1
  if units <= capacity then retry = math.ceil((units * per - credits) / refill) end
  return { 0, left, retry }
end
if units > 0 then
  credits = credits - units * per
  redis.call('HSET', KEYS[1], 'credits', whole(credits), 'at', whole(at))
  redis.call('PEXPIRE', KEYS[1], whole(math.ceil((most - credits) / refill)))
end
return { 1, left - units, 0 }
`;

/** KEYS: the same. ARGV: capacity, perMs, units. A bucket that is gone is full. */
export const GIVE_BACK_TOKENS = `
local credits = tonumber(redis.call('HGET', KEYS[1], 'credits'))
if not credits then return 0 end
local per = tonumber(ARGV[2])
local after = math.min(tonumber(ARGV[1]) * per, credits + tonumber(ARGV[3]) * per)
redis.call('HSET', KEYS[1], 'credits', string.format('%.0f', after))
return 1
`;
