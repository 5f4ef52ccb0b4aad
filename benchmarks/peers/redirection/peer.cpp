// Redirection on LLVM 22's ORC, beside uruk.bench.replacement: symbols of a JITLinkRedirectableSymbolManager are led to other
// code. Prints a line for each round: nanoseconds of one operation.
//
//   redirection-peer redirect ROUNDS                      one function, back and forth between two that are linked
//   redirection-peer replace ROUNDS FIRST.o SECOND.o N    an object with N functions f0, f1, …: the next version is linked in a
//                                                         dylib of its own and looked up, all N are redirected, and the
//                                                         dylib before is removed
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/JITLinkRedirectableSymbolManager.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#include "llvm/Support/MemoryBuffer.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace llvm;
using namespace llvm::orc;

static const JITSymbolFlags Callable = JITSymbolFlags::Exported | JITSymbolFlags::Callable;

static double now() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch()).count();
}

static int one() { return 1; }
static int two() { return 2; }

namespace {
struct Program {
  ExecutionSession ES{cantFail(SelfExecutorProcessControl::Create(
      nullptr, std::make_unique<InPlaceTaskDispatcher>()))};
  JITDylib &Main = ES.createBareJITDylib("main");
  ObjectLinkingLayer Objects{ES};
  std::unique_ptr<RedirectableSymbolManager> Redirection =
      cantFail(JITLinkRedirectableSymbolManager::Create(Objects));

  ~Program() { cantFail(ES.endSession()); }

  ExecutorAddr lookUp(JITDylib &Dylib, StringRef Name) {
    return cantFail(ES.lookup({&Dylib}, Name)).getAddress();
  }
};
} // namespace

static void redirect(int Rounds) {
  Program P;
  SymbolStringPtr Name = P.ES.intern("f");
  ExecutorSymbolDef Ones(ExecutorAddr::fromPtr(&one), Callable), Twos(ExecutorAddr::fromPtr(&two), Callable);
  cantFail(P.Redirection->createRedirectableSymbol(P.Main.getDefaultResourceTracker(), Name, Ones));
  auto *F = P.lookUp(P.Main, "f").toPtr<int (*)()>();
  const int Count = 200000;
  for (int R = 0; R < Rounds; ++R) {
    double Begin = now();
    for (int I = 0; I < Count; ++I)
      cantFail(P.Redirection->redirect(P.Main, Name, I % 2 ? Ones : Twos));
    std::printf("%.2f\n", (now() - Begin) / Count);
    if (F() != 1)
      std::abort();
  }
}

static void replace(int Rounds, const char *Files[], int Functions) {
  Program P;
  std::unique_ptr<MemoryBuffer> Contents[2];
  for (int I = 0; I < 2; ++I)
    Contents[I] = cantFail(errorOrToExpected(MemoryBuffer::getFile(Files[I])));
  std::vector<SymbolStringPtr> Names;
  SymbolMap First;
  for (int I = 0; I < Functions; ++I) {
    Names.push_back(P.ES.intern("f" + std::to_string(I)));
    First[Names.back()] = {ExecutorAddr::fromPtr(&one), Callable};
  }
  cantFail(P.Redirection->createRedirectableSymbols(P.Main.getDefaultResourceTracker(), First));
  P.lookUp(P.Main, "f0");
  JITDylib *Before = nullptr;
  const int Count = 100;
  for (int R = 0; R < Rounds; ++R) {
    double Spent = 0;
    for (int I = 0; I < Count; ++I) {
      std::string Version = "version " + std::to_string(R * Count + I);
      double Begin = now();
      JITDylib &Aside = P.ES.createBareJITDylib(Version);
      cantFail(P.Objects.add(Aside, MemoryBuffer::getMemBuffer(Contents[I % 2]->getMemBufferRef(), false)));
      SymbolLookupSet Wanted;
      for (auto &Name : Names)
        Wanted.add(Name);
      SymbolMap Found = cantFail(P.ES.lookup(
          makeJITDylibSearchOrder(&Aside), std::move(Wanted)));
      cantFail(P.Redirection->redirect(P.Main, Found));
      if (Before)
        cantFail(P.ES.removeJITDylib(*Before));
      Before = &Aside;
      Spent += now() - Begin;
    }
    std::printf("%.2f\n", Spent / Count);
  }
}

int main(int Count, char *Words[]) {
  std::string What = Count > 2 ? Words[1] : "";
  if (What == "redirect" && Count == 3)
    redirect(std::atoi(Words[2]));
  else if (What == "replace" && Count == 6)
    replace(std::atoi(Words[2]), const_cast<const char **>(Words + 3), std::atoi(Words[5]));
  else
    return 2;
}
