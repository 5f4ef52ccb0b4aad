package uruk.bench.link;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is linked, and how fast it shall be. */
final class LinkCases {
  private final Inputs inputs;

  /** Where the inputs come from. */
  LinkCases(Inputs inputs) {
    this.inputs = inputs;
  }

  /** {@return the case of a name} */
  LinkCase named(String name) {
    return all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** {@return all cases, in the order of the table} */
  List<LinkCase> all() {
    List<LinkCase> cases = new ArrayList<>();
    cases.add(LinkCase.of("sqlite", 0.5, () -> inputs.sqlite("sqlite")));
    cases.add(
        LinkCase.of(
            "sqlite-debug", 0.2, () -> inputs.sqlite("sqlite-debug", "-g", "-ffunction-sections")));
    cases.add(assembled("relocations-1000000", 0.4, AssemblySources.relocations(1_000_000), "f0"));
    cases.add(
        assembled("globals-100000", 0.35, AssemblySources.globals(100_000), "global_function_0"));
    for (int count = 1000; count <= 16000; count *= 2) {
      cases.add(functionSections(count));
    }
    cases.add(LinkCase.of("chain-100", 0.25, () -> inputs.chain(100)));
    cases.add(LinkCase.of("chain-1000", 0.25, () -> inputs.chain(1000)));
    cases.add(LinkCase.of("chain-10000", 0.12, () -> inputs.chain(10000)).withPeerRounds(4));
    cases.add(archive("libcrypto", 0.15, "/usr/lib/x86_64-linux-gnu/libcrypto.a"));
    cases.add(archive("libstdc++", 0.4, "/usr/lib/gcc/x86_64-linux-gnu/12/libstdc++.a"));
    cases.add(archive("libLLVMCore", 0.4, "/usr/lib/llvm-22/lib/libLLVMCore.a"));
    cases.add(
        assembled(
            "tiny", 0.6, AssemblySources.tiny(AssemblySources.OWN_NAME), AssemblySources.OWN_NAME));
    cases.add(
        assembled(
            "tiny-data",
            0.6,
            AssemblySources.tinyWithData(AssemblySources.OWN_NAME),
            AssemblySources.OWN_NAME));
    for (int threads = 0; threads <= 2; threads++) {
      cases.add(
          LinkCase.of("sqlite-16-dylibs" + on(threads), Double.NaN, () -> inputs.sqlite("sqlite"))
              .spreadOver(16, threads));
    }
    for (int threads = 1; threads <= 2; threads++) {
      cases.add(
          LinkCase.of("chain-1000" + on(threads), Double.NaN, () -> inputs.chain(1000))
              .spreadOver(1, threads));
    }
    return cases;
  }

  static String on(int threads) {
    return threads == 0 ? "" : "-threads-" + threads;
  }

  private LinkCase assembled(String name, double goal, String source, String symbol) {
    return LinkCase.of(name, goal, () -> inputs.assembled(name, source, symbol));
  }

  /** LLVM takes 3 s for 1,000 and eight times as long for twice as many. */
  private LinkCase functionSections(int count) {
    return assembled(
            "sections-" + count,
            count == 1000 ? 0.002 : Double.NaN,
            AssemblySources.functionSections(count),
            "f0")
        .withPeerRounds(count == 1000 ? 2 : 0);
  }

  private LinkCase archive(String name, double goal, String path) {
    return LinkCase.of(name, goal, () -> inputs.archive(name, Path.of(path))).withPhonyExternals();
  }
}
