-- SPDX-License-Identifier: GPL-2.0-or-later
-- wrk's side of measure.sh: spreads the threads over the instances, ends the
-- run after a number of requests where one is given, prints the figures.
local instances = tonumber(os.getenv("RAMRIG_INSTANCES"))
local requests = tonumber(os.getenv("RAMRIG_REQUESTS"))
local file_size = tonumber(os.getenv("RAMRIG_FILE_SIZE"))
local threads = 0

function setup(thread)
   local port = 8080 + threads % instances
   thread.addr = wrk.lookup("127.0.0.1", tostring(port))[1]
   threads = threads + 1
end

if requests > 0 then
   local ffi = require("ffi")
   ffi.cdef("int getpid(void); int kill(int pid, int sig);")
   local mine, sent = nil, 0

   -- A thread that has sent its share stops, and ends the run: on SIGINT wrk
   -- ends as at the end of its duration. With one thread the work is the same in
   -- every boot, less what is under way (one request a connection).
   function request()
      mine = mine or math.ceil(requests / tonumber(os.getenv("WRK_THREADS")))
      sent = sent + 1
      if sent == mine then
         ffi.C.kill(ffi.C.getpid(), 2)
         wrk.thread:stop()
      end
      return wrk.format()
   end
end

function done(summary, latency)
   local e = summary.errors
   local errors = e.connect + e.read + e.write + e.status + e.timeout
   -- A redirect is no error to wrk, but it is shorter than the file.
   if summary.requests == 0 or summary.bytes / summary.requests < file_size then
      errors = errors + summary.requests
   end
   local ms = function(us) return us / 1000 end
   print(string.format('{"rps": %.4f, "p50": %.3f, "p90": %.3f, "p99": %.3f, "p999": %.3f, ' ..
                       '"max": %.3f, "requests": %d, "errors": %d}',
                       summary.requests / (summary.duration / 1e6),
                       ms(latency:percentile(50)), ms(latency:percentile(90)),
                       ms(latency:percentile(99)), ms(latency:percentile(99.9)),
                       ms(latency.max), summary.requests, errors))
end
