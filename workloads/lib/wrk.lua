-- SPDX-License-Identifier: GPL-2.0-or-later
-- wrk's side of wrk.sh: spreads the threads over the instances, keeps the schedule
-- of an open loop, ends a closed one after a number of requests, prints a line
-- "histogram {...}" and, last, the figures as JSON.
--
-- wrk loads this once for itself (setup, done) and once for each thread.
local ffi = require("ffi")
ffi.cdef [[
struct moment { long sec, nsec; };
int clock_gettime(int clock, struct moment *ret);
int clock_nanosleep(int clock, int flags, const struct moment *at, struct moment *left);
int getpid(void);
int kill(int pid, int sig);
struct schedule { double begin, asked, answered, longest, counts[1920]; };
struct wrk_stats { uint64_t count, limit, min, max, data[]; };
]]

local function parameter(name) return tonumber(os.getenv(name)) end

local instances, rate = parameter("RAMRIG_INSTANCES"), parameter("RAMRIG_RATE")
local requests, due_each = parameter("RAMRIG_REQUESTS"), parameter("WRK_DUE")
local n_threads, bytes_least = parameter("WRK_THREADS"), parameter("WRK_BYTES")
local connections, port = parameter("RAMRIG_CONNECTIONS"), parameter("RAMRIG_PORT")
local between = rate > 0 and n_threads * 1e9 / rate  -- ns, of one thread's requests
local threads = {}

function setup(thread)
   thread.addr = wrk.lookup("127.0.0.1", tostring(port + #threads % instances))[1]
   thread:set("number", #threads)
   table.insert(threads, thread)
end

-- Buckets as those of histogram.h.
local function bucket_of(v)
   if v < 64 then return v end
   local _, exponent = math.frexp(v)
   local shift = exponent - 6
   return shift * 32 + math.floor(v / 2 ^ shift)
end

local function bucket_high(i)
   local function low(k) return k < 64 and k or (k % 32 + 32) * 2 ^ (math.floor(k / 32) - 1) end
   return low(i + 1) - 1
end

local moment = ffi.new("struct moment")
local MONOTONIC, ABSOLUTE = 1, 1

local function now()
   ffi.C.clock_gettime(MONOTONIC, moment)
   return tonumber(moment.sec) * 1e9 + tonumber(moment.nsec)
end

local function sleep_until(at)
   moment.sec, moment.nsec = math.floor(at / 1e9), at % 1e9
   ffi.C.clock_nanosleep(MONOTONIC, ABSOLUTE, moment, nil)
end

local function record(s, latency)
   local v = math.max(0, math.floor(latency))
   local i = bucket_of(v)
   s.counts[i] = s.counts[i] + 1
   s.longest = math.max(s.longest, v)
end

-- The open loop. Request k of a thread is due at a time that does not depend on
-- any answer, and its latency counts from then: what a slow answer holds up is
-- slow as well. A thread has one connection, so it can sleep until then.
if rate > 0 then
   schedule = ffi.new("struct schedule[1]")
   schedule_at = tonumber(ffi.cast("uintptr_t", schedule))  -- for done()
   local s = schedule[0]
   local due, text

   -- wrk asks before each request how many ms to wait. Its timers are off by one,
   -- so request() sleeps for the rest.
   function delay()
      if s.begin == 0 then s.begin = now() + number * 1e9 / rate end
      if s.asked == due_each then return 3600e3 end  -- until wrk ends
      due = s.begin + s.asked * between
      s.asked = s.asked + 1
      return math.max(0, math.floor((due - now()) / 1e6) - 2)
   end

   function request()
      if due and due > now() then sleep_until(due) end  -- none is due when wrk tries it out
      text = text or wrk.format()
      return text
   end

   function response()
      record(s, now() - due)
      s.answered = s.answered + 1
   end
elseif requests > 0 then
   local mine, sent = math.ceil(requests / n_threads), 0

   -- A thread that has sent its share stops, and ends the run: on SIGINT wrk
   -- ends as at the end of its duration. With one thread the work is the same in
   -- every boot, less what is under way (one request a connection).
   function request()
      sent = sent + 1
      if sent == mine then
         ffi.C.kill(ffi.C.getpid(), 2)
         wrk.thread:stop()
      end
      return wrk.format()
   end
end

-- Latencies as a sorted list of { ns, how many }.
local function list_percentile(list, n, p)
   local seen = 0
   for _, entry in ipairs(list) do
      seen = seen + entry[2]
      if seen >= p * n then return entry[1] end
   end
   return 0
end

-- What is due and not answered took as long as it has been waiting, at least.
local function open_collect(ended)
   local all, overdue = ffi.new("struct schedule"), 0
   for _, thread in ipairs(threads) do
      local s = ffi.cast("struct schedule *", thread:get("schedule_at"))
      overdue = overdue + due_each - s.answered
      for k = tonumber(s.answered), due_each - 1 do
         if s.begin > 0 then record(s, ended - s.begin - k * between) end
      end
      for i = 0, 1919 do all.counts[i] = all.counts[i] + s.counts[i] end
      all.longest = math.max(all.longest, s.longest)
   end
   local list = {}
   for i = 0, 1919 do
      if all.counts[i] > 0 then
         table.insert(list, { math.min(bucket_high(i), all.longest), tonumber(all.counts[i]) })
      end
   end
   return list, overdue
end

-- wrk's own latencies, in us. It has added to them: where an answer took longer than
-- the mean time between two of a connection, one for each that might have been sent
-- meanwhile (stats_correct of its stats.c). What was not measured is taken out again,
-- in the opposite order.
local function closed_collect(summary, latency)
   local stats = ffi.cast("struct wrk_stats **", latency)[0]
   if latency.max ~= tonumber(stats.max) or latency.min ~= tonumber(stats.min) then
      error("this is not the wrk that this script knows: its stats have another layout")
   end
   local each = math.floor(summary.requests / connections)
   local expected = each > 0 and math.floor(summary.duration / each) or math.huge
   local list = {}
   for v = latency.max, latency.min, -1 do
      local count = stats.data[v]
      if count > 0 then
         if v >= 2 * expected then
            for m = v - expected, expected + 1, -expected do
               stats.data[m] = stats.data[m] - count
            end
         end
         table.insert(list, { v * 1000, tonumber(count) })
      end
   end
   for i = 1, math.floor(#list / 2) do
      list[i], list[#list + 1 - i] = list[#list + 1 - i], list[i]
   end
   return list, 0
end

local function histogram_print(list, n)
   local buckets, order = {}, {}
   for _, entry in ipairs(list) do
      local i = bucket_of(entry[1])
      if not buckets[i] then table.insert(order, i) end
      buckets[i] = (buckets[i] or 0) + entry[2]
   end
   for k, i in ipairs(order) do order[k] = string.format("[%d, %d]", i, buckets[i]) end
   print(string.format('histogram {"part": "requests", "unit": "ns", "n": %d, "max": %d, ' ..
                       '"buckets": [%s]}', n, n > 0 and list[#list][1] or 0,
                       table.concat(order, ", ")))
end

function done(summary, latency)
   local list, overdue
   if rate > 0 then
      list, overdue = open_collect(now())
   else
      list, overdue = closed_collect(summary, latency)
   end
   local n = 0
   for _, entry in ipairs(list) do n = n + entry[2] end
   histogram_print(list, n)

   local e = summary.errors
   local errors = e.connect + e.read + e.write + e.status + e.timeout
   -- A redirect is no error to wrk, but it is shorter than what was asked for.
   if summary.requests == 0 or summary.bytes / summary.requests < bytes_least then
      errors = errors + summary.requests
   end
   local seconds = rate > 0 and due_each * n_threads / rate or summary.duration / 1e6
   local function ms(p) return list_percentile(list, n, p) / 1e6 end
   print(string.format('{"rps": %.4f, "p50": %.3f, "p90": %.3f, "p99": %.3f, "p999": %.3f, ' ..
                       '"max": %.3f, "requests": %d, "errors": %d, "overdue": %d}',
                       summary.requests / seconds, ms(0.5), ms(0.9), ms(0.99), ms(0.999), ms(1),
                       summary.requests, errors, overdue))
end
