// The session's benchmarks on LLVM 22's ORC, beside uruk.bench.session. Units are empty: they report
// addresses and dependences and link nothing. Prints "name median minimum" lines.
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <malloc.h>
#include <string>
#include <thread>
#include <vector>

using namespace llvm;
using namespace llvm::orc;

static const JITSymbolFlags Function = JITSymbolFlags::Exported | JITSymbolFlags::Callable;

static double now() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch()).count();
}

static void report(const char *Name, std::vector<double> Values) {
  std::sort(Values.begin(), Values.end());
  std::printf("%s %.3f %.3f\n", Name, Values[Values.size() / 2], Values.front());
  std::fflush(stdout);
}

static std::unique_ptr<ExecutionSession> createSession() {
  return std::make_unique<ExecutionSession>(cantFail(
      SelfExecutorProcessControl::Create(nullptr, std::make_unique<InPlaceTaskDispatcher>())));
}

static void defineAbsolute(ExecutionSession &ES, JITDylib &JD, int Count) {
  SymbolMap Symbols;
  Symbols.reserve(Count);
  for (int I = 0; I < Count; ++I)
    Symbols[ES.intern("symbol_" + std::to_string(I))] = {ExecutorAddr(0x1000 + I), Function};
  cantFail(JD.define(absoluteSymbols(std::move(Symbols))));
}

// Ready look-ups ------------------------------------------------------------------------------------

static double readyNanoseconds(ExecutionSession &ES, ArrayRef<JITDylib *> Order,
                               const std::vector<SymbolStringPtr> &Names, int Lookups) {
  double Begin = now();
  for (int I = 0; I < Lookups; ++I)
    cantFail(ES.lookup(Order, Names[I % Names.size()]));
  return (now() - Begin) / Lookups;
}

static void readyLookups(int Rounds) {
  auto ES = createSession();
  auto &JD = ES->createBareJITDylib("main");
  defineAbsolute(*ES, JD, 1000);
  std::vector<SymbolStringPtr> Names;
  for (int I = 0; I < 1000; ++I)
    Names.push_back(ES->intern("symbol_" + std::to_string(I)));
  std::vector<JITDylib *> Behind;
  for (int I = 0; I < 100; ++I) {
    auto &Other = ES->createBareJITDylib("other" + std::to_string(I));
    SymbolMap One;
    One[ES->intern("only_in_" + std::to_string(I))] = {ExecutorAddr(1), Function};
    cantFail(Other.define(absoluteSymbols(std::move(One))));
    Behind.push_back(&Other);
  }
  Behind.push_back(&JD);
  std::vector<double> One, Far, Two;
  for (int R = 0; R < Rounds; ++R) {
    One.push_back(readyNanoseconds(*ES, {&JD}, Names, 200000));
    Far.push_back(readyNanoseconds(*ES, Behind, Names, 20000));
    double Begin = now();
    std::thread A([&] { readyNanoseconds(*ES, {&JD}, Names, 200000); });
    std::thread B([&] { readyNanoseconds(*ES, {&JD}, Names, 200000); });
    A.join();
    B.join();
    Two.push_back((now() - Begin) / 400000);
  }
  report("ready-lookup-ns", One);
  report("ready-lookup-behind-100-dylibs-ns", Far);
  report("ready-lookup-two-threads-ns", Two);
  cantFail(ES->endSession());
}

// Absolute symbols ----------------------------------------------------------------------------------

static void absolute(int Count, const char *Name, int Rounds) {
  std::vector<double> Times;
  for (int R = 0; R < Rounds; ++R) {
    auto ES = createSession();
    auto &JD = ES->createBareJITDylib("main");
    std::vector<SymbolStringPtr> Names;
    SymbolMap Symbols;
    Symbols.reserve(Count);
    for (int I = 0; I < Count; ++I)
      Symbols[ES->intern("symbol_" + std::to_string(I))] = {ExecutorAddr(0x1000 + I), Function};
    double Begin = now();
    cantFail(JD.define(absoluteSymbols(std::move(Symbols))));
    cantFail(ES->lookup({&JD}, ES->intern("symbol_0")));
    Times.push_back((now() - Begin) / 1e6);
    cantFail(ES->endSession());
  }
  report(Name, Times);
}

// Bytes in use, those of big blocks that have mappings of their own included.
static size_t allocated() {
  struct mallinfo2 Info = mallinfo2();
  return Info.uordblks + Info.hblkhd;
}

static void absoluteBytes(int Count) {
  malloc_trim(0);
  size_t Before = allocated();
  auto ES = createSession();
  auto &JD = ES->createBareJITDylib("main");
  defineAbsolute(*ES, JD, Count);
  cantFail(ES->lookup({&JD}, ES->intern("symbol_0")));
  report("absolute-1m-bytes-per-symbol", {double(allocated() - Before) / Count});
  cantFail(ES->endSession());
}

// Units ---------------------------------------------------------------------------------------------

// One symbol that needs others: resolves, looks them up, emits.
class LinkedUnit : public MaterializationUnit {
public:
  LinkedUnit(SymbolStringPtr Name, std::vector<SymbolStringPtr> Needs)
      : MaterializationUnit(Interface(SymbolFlagsMap({{Name, Function}}), nullptr)), Name(Name),
        Needs(std::move(Needs)) {}
  StringRef getName() const override { return "linked"; }

private:
  void materialize(std::unique_ptr<MaterializationResponsibility> MR) override {
    cantFail(MR->notifyResolved({{Name, {ExecutorAddr(0x1000), Function}}}));
    auto &ES = MR->getExecutionSession();
    auto &JD = MR->getTargetJITDylib();
    if (Needs.empty()) {
      cantFail(MR->notifyEmitted({}));
      return;
    }
    std::shared_ptr<MaterializationResponsibility> Shared = std::move(MR);
    auto Deps = std::make_shared<SymbolDependenceMap>();
    ES.lookup(
        LookupKind::Static, makeJITDylibSearchOrder(&JD), SymbolLookupSet(Needs),
        SymbolState::Resolved,
        [Shared, Deps, N = Name](Expected<SymbolMap> Found) {
          cantFail(std::move(Found));
          SymbolDependenceGroup Group;
          Group.Symbols.insert(N);
          Group.Dependencies = *Deps;
          cantFail(Shared->notifyEmitted({Group}));
        },
        [Deps](const SymbolDependenceMap &Found) { *Deps = Found; });
  }
  void discard(const JITDylib &, const SymbolStringPtr &) override {}
  SymbolStringPtr Name;
  std::vector<SymbolStringPtr> Needs;
};

static void chain(int Count, const char *Name, int Rounds) {
  std::vector<double> Times;
  for (int R = 0; R < Rounds; ++R) {
    auto ES = createSession();
    auto &JD = ES->createBareJITDylib("main");
    std::vector<SymbolStringPtr> Names;
    for (int I = 0; I < Count; ++I)
      Names.push_back(ES->intern("unit_" + std::to_string(I)));
    double Begin = now();
    for (int I = 0; I < Count; ++I) {
      std::vector<SymbolStringPtr> Needs;
      if (I + 1 < Count)
        Needs.push_back(Names[I + 1]);
      cantFail(JD.define(std::make_unique<LinkedUnit>(Names[I], std::move(Needs))));
    }
    cantFail(ES->lookup({&JD}, Names[0]));
    Times.push_back((now() - Begin) / 1e6);
    cantFail(ES->endSession());
  }
  report(Name, Times);
}

// Many symbols of one unit that need each other: four edges each, drawn from a fixed seed.
class WovenUnit : public MaterializationUnit {
public:
  WovenUnit(std::vector<SymbolStringPtr> Names, SymbolFlagsMap Flags)
      : MaterializationUnit(Interface(std::move(Flags), nullptr)), Names(std::move(Names)) {}
  StringRef getName() const override { return "woven"; }

private:
  void materialize(std::unique_ptr<MaterializationResponsibility> MR) override {
    SymbolMap Resolved;
    for (auto &N : Names)
      Resolved[N] = {ExecutorAddr(0x1000), Function};
    cantFail(MR->notifyResolved(Resolved));
    std::vector<SymbolDependenceGroup> Groups;
    unsigned State = 1;
    for (auto &N : Names) {
      SymbolDependenceGroup Group;
      Group.Symbols.insert(N);
      auto &Needs = Group.Dependencies[&MR->getTargetJITDylib()];
      for (int E = 0; E < 4; ++E) {
        State = State * 1664525u + 1013904223u;
        Needs.insert(Names[(State >> 8) % Names.size()]);
      }
      Groups.push_back(std::move(Group));
    }
    cantFail(MR->notifyEmitted(Groups));
  }
  void discard(const JITDylib &, const SymbolStringPtr &) override {}
  std::vector<SymbolStringPtr> Names;
};

static void woven(int Count, const char *Name, int Rounds) {
  std::vector<double> Times;
  for (int R = 0; R < Rounds; ++R) {
    auto ES = createSession();
    auto &JD = ES->createBareJITDylib("main");
    std::vector<SymbolStringPtr> Names;
    SymbolFlagsMap Flags;
    for (int I = 0; I < Count; ++I) {
      Names.push_back(ES->intern("woven_" + std::to_string(I)));
      Flags[Names.back()] = Function;
    }
    auto First = Names[0];
    double Begin = now();
    cantFail(JD.define(std::make_unique<WovenUnit>(std::move(Names), std::move(Flags))));
    cantFail(ES->lookup({&JD}, First));
    Times.push_back((now() - Begin) / 1e6);
    cantFail(ES->endSession());
  }
  report(Name, Times);
}

int main(int argc, char **argv) {
  int Rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  readyLookups(Rounds);
  absolute(1000000, "absolute-1m-ms", Rounds);
  absoluteBytes(1000000);
  chain(1000, "chain-1000-ms", Rounds);
  chain(10000, "chain-10000-ms", 2);
  woven(250, "edges-250x4-ms", Rounds);
  woven(500, "edges-500x4-ms", 3);
}
