// The peer of Uruk's link benchmarks: LLVM's LLJIT with its defaults, linking object files that a driver names.
//
// It reads one command a line from standard input and answers each with one line, "ok …" or "error …":
//   load PACK SYMBOLS       reads the objects and the names to look up; answers their numbers
//   session THREADS EXTERNALS
//                           starts a new LLJIT; 0 threads = link on the calling thread; EXTERNALS is "process" (what is
//                           missing is searched in this process only) or "phony" (… is one address that nothing calls)
//   link COPIES TIMES       TIMES times: adds all objects to COPIES dylibs under a tracker each, looks all names up in all of
//                           them at once, removes the trackers; answers the averages in nanoseconds: wall of add and
//                           look-up, CPU of the same, wall of remove
//
// A pack is: "URUKPACK", the number of objects, then for each its size and its bytes, everything padded to 16 bytes and
// numbers little-endian in 8 bytes. Symbols are separated by newlines.

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <sys/mman.h>
#include <time.h>

#include <cstring>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>

using namespace llvm;
using namespace llvm::orc;

namespace {

uint64_t nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return uint64_t(now.tv_sec) * 1'000'000'000 + uint64_t(now.tv_nsec);
}
uint64_t wallClock() { return nanoseconds(CLOCK_MONOTONIC); }
uint64_t cpuClock() { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

struct Workload {
  std::unique_ptr<MemoryBuffer> Pack;
  std::vector<StringRef> Objects;
  std::vector<std::string> Symbols;
};

Expected<Workload> load(const std::string &PackPath, const std::string &SymbolsPath) {
  auto Pack = MemoryBuffer::getFile(PackPath, false, false, false, Align(16));
  if (!Pack)
    return errorCodeToError(Pack.getError());
  Workload Result;
  Result.Pack = std::move(*Pack);
  const char *Start = Result.Pack->getBufferStart();
  size_t Offset = 8;
  auto Number = [&] {
    uint64_t Value;
    memcpy(&Value, Start + Offset, 8);
    Offset += 8;
    return Value;
  };
  uint64_t Count = Number();
  for (uint64_t I = 0; I != Count; ++I) {
    uint64_t Size = Number();
    Offset = alignTo(Offset, 16);
    Result.Objects.push_back(StringRef(Start + Offset, Size));
    Offset = alignTo(Offset + Size, 16);
  }
  std::ifstream Symbols(SymbolsPath);
  for (std::string Name; std::getline(Symbols, Name);)
    Result.Symbols.push_back(Name);
  return std::move(Result);
}

// Defines whatever is missing at one address within reach of what is linked.
class PhonySymbols : public DefinitionGenerator {
public:
  Error tryToGenerate(LookupState &, LookupKind, JITDylib &JD, JITDylibLookupFlags, const SymbolLookupSet &Wanted) override {
    static void *Page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SymbolMap Phony;
    for (auto &[Name, Flags] : Wanted)
      Phony[Name] = {ExecutorAddr::fromPtr(Page), JITSymbolFlags::Exported};
    return JD.define(absoluteSymbols(std::move(Phony)));
  }
};

struct Times {
  uint64_t Link, Cpu, Remove;
};

class Session {
public:
  static Expected<std::unique_ptr<Session>> create(unsigned Threads, bool Phony) {
    LLJITBuilder Builder;
    if (Threads)
      Builder.setNumCompileThreads(Threads);
    auto Jit = Builder.create();
    if (!Jit)
      return Jit.takeError();
    return std::make_unique<Session>(std::move(*Jit), Phony);
  }

  Session(std::unique_ptr<LLJIT> Jit, bool Phony) : Jit(std::move(Jit)), Phony(Phony) {
    Dylibs.push_back(&this->Jit->getMainJITDylib());
    prepare(*Dylibs.front());
  }

  Expected<Times> link(const Workload &Work, unsigned Copies) {
    while (Dylibs.size() < Copies) {
      auto Dylib = Jit->createJITDylib("copy" + std::to_string(Dylibs.size()));
      if (!Dylib)
        return Dylib.takeError();
      prepare(*Dylib);
      Dylibs.push_back(&*Dylib);
    }
    return measure(Work);
  }

private:
  // LLJIT names the initializers of an object after the object.
  std::string nextName() { return "object" + std::to_string(Added++); }

  void prepare(JITDylib &Dylib) {
    if (Phony)
      Dylib.addGenerator(std::make_unique<PhonySymbols>());
  }

  Expected<Times> measure(const Workload &Work) {
    ExecutionSession &ES = Jit->getExecutionSession();
    uint64_t Wall = wallClock(), Cpu = cpuClock();
    std::vector<ResourceTrackerSP> Trackers;
    for (JITDylib *Dylib : Dylibs) {
      Trackers.push_back(Dylib->createResourceTracker());
      for (StringRef Object : Work.Objects)
        if (Error Failure = Jit->addObjectFile(Trackers.back(), MemoryBuffer::getMemBuffer(Object, nextName(), false)))
          return std::move(Failure);
    }
    std::vector<std::future<MSVCPExpected<SymbolMap>>> Found;
    for (JITDylib *Dylib : Dylibs) {
      SymbolLookupSet Wanted;
      for (const std::string &Name : Work.Symbols)
        Wanted.add(ES.intern(Name));
      auto Promise = std::make_shared<std::promise<MSVCPExpected<SymbolMap>>>();
      Found.push_back(Promise->get_future());
      ES.lookup(LookupKind::Static, makeJITDylibSearchOrder(Dylib), std::move(Wanted), SymbolState::Ready,
                [Promise](Expected<SymbolMap> Result) { Promise->set_value(std::move(Result)); }, NoDependenciesToRegister);
    }
    for (auto &One : Found) {
      auto Result = One.get();
      if (!Result)
        return Result.takeError();
    }
    Times Taken{wallClock() - Wall, cpuClock() - Cpu, 0};
    Wall = wallClock();
    for (auto &Tracker : Trackers)
      if (Error Failure = Tracker->remove())
        return std::move(Failure);
    Taken.Remove = wallClock() - Wall;
    return Taken;
  }

  std::unique_ptr<LLJIT> Jit;
  bool Phony;
  std::vector<JITDylib *> Dylibs; // as many as a case has needed: no session serves two
  uint64_t Added = 0;
};

Expected<std::string> repeat(unsigned Count, function_ref<Expected<Times>()> Once) {
  Times Sum{0, 0, 0};
  for (unsigned I = 0; I != Count; ++I) {
    auto Taken = Once();
    if (!Taken)
      return Taken.takeError();
    Sum.Link += Taken->Link;
    Sum.Cpu += Taken->Cpu;
    Sum.Remove += Taken->Remove;
  }
  std::ostringstream Line;
  Line << Sum.Link / Count << ' ' << Sum.Cpu / Count << ' ' << Sum.Remove / Count;
  return Line.str();
}

class Peer {
public:
  Expected<std::string> answer(const std::string &Line) {
    std::istringstream Words(Line);
    std::string Command;
    Words >> Command;
    if (Command == "load") {
      std::string Pack, Symbols;
      Words >> Pack >> Symbols;
      Current.reset();
      auto Loaded = load(Pack, Symbols);
      if (!Loaded)
        return Loaded.takeError();
      Work = std::move(*Loaded);
      return std::to_string(Work.Objects.size()) + " objects, " + std::to_string(Work.Symbols.size()) + " symbols";
    }
    unsigned Number = 0;
    Words >> Number;
    if (Command == "session") {
      std::string Externals;
      Words >> Externals;
      Current.reset();
      auto Created = Session::create(Number, Externals == "phony");
      if (!Created)
        return Created.takeError();
      Current = std::move(*Created);
      return "";
    }
    if (Command == "link") {
      unsigned Count = 0;
      Words >> Count;
      return repeat(Count, [&] { return Current->link(Work, Number); });
    }
    return createStringError(inconvertibleErrorCode(), "unknown command: " + Command);
  }

private:
  Workload Work;
  std::unique_ptr<Session> Current;
};

} // namespace

int main() {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  Peer Peer;
  for (std::string Line; std::getline(std::cin, Line);) {
    auto Answer = Peer.answer(Line);
    if (Answer)
      std::cout << "ok " << *Answer << std::endl;
    else
      std::cout << "error " << toString(Answer.takeError()) << std::endl;
  }
}
