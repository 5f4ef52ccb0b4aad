-- Touches what an interpreter has: closures, coroutines, string patterns, errors, metatables, floats, garbage.

print(_VERSION, ...)
print("arguments", #arg, table.concat(arg, ","))

local function primes(limit)
  return coroutine.wrap(function()
    local composite = {}
    for n = 2, limit do
      if not composite[n] then
        coroutine.yield(n)
        for m = n * n, limit, n do composite[m] = true end
      end
    end
  end)
end

local count, last = 0, 0
for prime in primes(20000) do count, last = count + 1, prime end
print("primes", count, last)

local ok, message = pcall(function() error({code = 7}) end)
print("error", ok, message.code)
print("caught", select(2, pcall(string.rep)))

local vector = setmetatable({}, {__add = function(_, x) return "sum " .. x end, __close = function() print("closed") end})
do local held <close> = vector; print(held + 1) end

print(string.format("%.17g %5.2f %x %q", math.pi, 2 / 3, 255, "a\nb"))
print(("the quick brown fox"):gsub("%w+", function(word) return word:upper():reverse() end))
print(utf8.char(0x1242, 0x12000), utf8.len("\u{12000}"))

local words = {}
for i = 1, 5000 do words[i] = ("w%d"):format(i * 7919 % 5000) end
table.sort(words)
print("sorted", words[1], words[2500], words[5000])

collectgarbage()
print("collected", collectgarbage("count") < 4096)
print(os.time({year = 2000, month = 1, day = 1, hour = 12}) > 0, string.pack("<i4", 1):byte(1, 4))
