// One of the session's benchmarks on LLVM 22's ORC, beside uruk.bench.session. Units are empty: they report addresses and
// dependences and link nothing. Prints a line for each round: wall and CPU time in nanoseconds.
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <string>
#include <thread>
#include <time.h>
#include <vector>

using namespace llvm;
using namespace llvm::orc;

static const JITSymbolFlags Function = JITSymbolFlags::Exported | JITSymbolFlags::Callable;

static double now() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch()).count();
}

static double cpu() {
  timespec Time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &Time);
  return Time.tv_sec * 1e9 + Time.tv_nsec;
}

// Runs some work several times and prints the wall and CPU time of each in nanoseconds, divided.
template <typename PrepareT, typename WorkT>
static void measure(int Rounds, double Divisor, PrepareT Prepare, WorkT Work) {
  for (int R = 0; R < Rounds; ++R) {
    auto Prepared = Prepare();
    double WallBegin = now(), CpuBegin = cpu();
    Work(*Prepared);
    double Cpu = (cpu() - CpuBegin) / Divisor;
    std::printf("%.3f %.3f\n", (now() - WallBegin) / Divisor, Cpu);
    cantFail(Prepared->ES->endSession());
  }
}

struct Session {
  std::unique_ptr<ExecutionSession> ES;
  JITDylib *JD = nullptr;
  SymbolMap Symbols;
  SymbolFlagsMap Flags;
  std::vector<SymbolStringPtr> Names;
  std::vector<SymbolNameSet> Needs;
  std::vector<JITDylib *> Order;
};

static std::unique_ptr<ExecutionSession> createSession() {
  return std::make_unique<ExecutionSession>(cantFail(
      SelfExecutorProcessControl::Create(nullptr, std::make_unique<InPlaceTaskDispatcher>())));
}

static std::unique_ptr<Session> prepare() {
  auto S = std::make_unique<Session>();
  S->ES = createSession();
  S->JD = &S->ES->createBareJITDylib("main");
  S->Order = {S->JD};
  return S;
}

static void nameAll(Session &S, const char *Prefix, int Count) {
  for (int I = 0; I < Count; ++I)
    S.Names.push_back(S.ES->intern(Prefix + std::to_string(I)));
}

static std::unique_ptr<Session> prepareAbsolute(int Count) {
  auto S = prepare();
  nameAll(*S, "symbol_", Count);
  S->Symbols.reserve(Count);
  for (int I = 0; I < Count; ++I)
    S->Symbols[S->Names[I]] = {ExecutorAddr(0x1000 + I), Function};
  return S;
}

static void defineAndLookUp(Session &S) {
  cantFail(S.JD->define(absoluteSymbols(std::move(S.Symbols))));
  cantFail(S.ES->lookup({S.JD}, S.Names[0]));
}

// Ready look-ups ------------------------------------------------------------------------------------

static std::unique_ptr<Session> prepareReady(int OthersInFront) {
  auto S = prepareAbsolute(1000);
  defineAndLookUp(*S);
  S->Order.clear();
  for (int I = 0; I < OthersInFront; ++I) {
    auto &Other = S->ES->createBareJITDylib("other" + std::to_string(I));
    SymbolMap One;
    One[S->ES->intern("only_in_" + std::to_string(I))] = {ExecutorAddr(1), Function};
    cantFail(Other.define(absoluteSymbols(std::move(One))));
    S->Order.push_back(&Other);
  }
  S->Order.push_back(S->JD);
  return S;
}

static void lookUp(Session &S, int Lookups) {
  for (int I = 0; I < Lookups; ++I)
    cantFail(S.ES->lookup(S.Order, S.Names[I % S.Names.size()]));
}

static void readyLookup(int OthersInFront, int Rounds) {
  int Lookups = OthersInFront ? 20000 : 200000;
  measure(Rounds, Lookups, [=] { return prepareReady(OthersInFront); },
          [=](Session &S) { lookUp(S, Lookups); });
}

// Per look-up of either thread.
static void readyLookupOnTwoThreads(int Rounds) {
  measure(Rounds, 400000, [] { return prepareReady(0); },
          [](Session &S) {
            std::thread Other([&] { lookUp(S, 200000); });
            lookUp(S, 200000);
            Other.join();
          });
}

// Absolute symbols ----------------------------------------------------------------------------------

static void absolute(int Count, int Rounds) {
  measure(Rounds, 1, [=] { return prepareAbsolute(Count); }, defineAndLookUp);
}

// Bytes in use, those of big blocks that have mappings of their own included.
static size_t allocated() {
  struct mallinfo2 Info = mallinfo2();
  return Info.uordblks + Info.hblkhd;
}

static void absoluteBytes(int Count) {
  malloc_trim(0);
  size_t Before = allocated();
  auto S = prepareAbsolute(Count);
  defineAndLookUp(*S);
  S->Names = {};
  double Bytes = double(allocated() - Before) / Count;
  std::printf("%.3f 0\n", Bytes);
  cantFail(S->ES->endSession());
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

static void chain(int Count, int Rounds) {
  measure(
      Rounds, 1,
      [=] {
        auto S = prepare();
        nameAll(*S, "unit_", Count);
        return S;
      },
      [=](Session &S) {
        for (int I = 0; I < Count; ++I) {
          std::vector<SymbolStringPtr> Needs;
          if (I + 1 < Count)
            Needs.push_back(S.Names[I + 1]);
          cantFail(S.JD->define(std::make_unique<LinkedUnit>(S.Names[I], std::move(Needs))));
        }
        cantFail(S.ES->lookup({S.JD}, S.Names[0]));
      });
}

// Many symbols of one unit that need each other: four edges each, drawn from a fixed seed.
class WovenUnit : public MaterializationUnit {
public:
  WovenUnit(std::vector<SymbolStringPtr> Names, SymbolFlagsMap Flags, std::vector<SymbolNameSet> Needs)
      : MaterializationUnit(Interface(std::move(Flags), nullptr)), Names(std::move(Names)),
        Needs(std::move(Needs)) {}
  StringRef getName() const override { return "woven"; }

private:
  void materialize(std::unique_ptr<MaterializationResponsibility> MR) override {
    SymbolMap Resolved;
    for (auto &N : Names)
      Resolved[N] = {ExecutorAddr(0x1000), Function};
    cantFail(MR->notifyResolved(Resolved));
    std::vector<SymbolDependenceGroup> Groups;
    for (size_t I = 0; I < Names.size(); ++I) {
      SymbolDependenceGroup Group;
      Group.Symbols.insert(Names[I]);
      Group.Dependencies[&MR->getTargetJITDylib()] = std::move(Needs[I]);
      Groups.push_back(std::move(Group));
    }
    cantFail(MR->notifyEmitted(Groups));
  }
  void discard(const JITDylib &, const SymbolStringPtr &) override {}
  std::vector<SymbolStringPtr> Names;
  std::vector<SymbolNameSet> Needs;
};

static void drawNeeds(Session &S) {
  unsigned State = 1;
  for (size_t I = 0; I < S.Names.size(); ++I) {
    SymbolNameSet Needs;
    for (int E = 0; E < 4; ++E) {
      State = State * 1664525u + 1013904223u;
      Needs.insert(S.Names[(State >> 8) % S.Names.size()]);
    }
    S.Needs.push_back(std::move(Needs));
  }
}

static void woven(int Count, int Rounds) {
  measure(
      Rounds, 1,
      [=] {
        auto S = prepare();
        nameAll(*S, "woven_", Count);
        for (auto &N : S->Names)
          S->Flags[N] = Function;
        drawNeeds(*S);
        return S;
      },
      [](Session &S) {
        cantFail(S.JD->define(std::make_unique<WovenUnit>(S.Names, std::move(S.Flags), std::move(S.Needs))));
        cantFail(S.ES->lookup({S.JD}, S.Names[0]));
      });
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FIGURE ROUNDS\n", argv[0]);
    return 2;
  }
  std::string Figure = argv[1];
  int Rounds = std::atoi(argv[2]);
  if (Figure == "ready-lookup")
    readyLookup(0, Rounds);
  else if (Figure == "ready-lookup-behind-100")
    readyLookup(100, Rounds);
  else if (Figure == "ready-lookup-two-threads")
    readyLookupOnTwoThreads(Rounds);
  else if (Figure == "absolute-1000000")
    absolute(1000000, Rounds);
  else if (Figure == "absolute-1000000-bytes")
    absoluteBytes(1000000);
  else if (Figure == "chain-1000")
    chain(1000, Rounds);
  else if (Figure == "chain-10000")
    chain(10000, Rounds);
  else if (Figure == "woven-250")
    woven(250, Rounds);
  else if (Figure == "woven-500")
    woven(500, Rounds);
  else
    return 2;
}
