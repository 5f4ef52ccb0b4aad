package uruk.bench.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Links the same objects in a warm JVM and by LLVM's LLJIT in turns, and prints how the two
 * compare.
 *
 * <p>Arguments: the repository, the cache folder, the peer's program, then the names of cases (all
 * by default) or parts of names. {@code --any-load} measures although the machine is busy.
 */
public final class LinkSpeed {
  private static final double HIGHEST_LOAD = 2;
  private static final long WARM_UP_NANOSECONDS = 5_000_000_000L;
  private static final int LEAST_WARM_UP_RUNS = 5;

  private final Inputs inputs;

  private LinkSpeed(Inputs inputs) {
    this.inputs = inputs;
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Path cache = Path.of(arguments[1]);
    Path program = Path.of(arguments[2]);
    List<String> rest = new ArrayList<>(List.of(arguments).subList(3, arguments.length));
    boolean anyLoad = rest.remove("--any-load");
    List<LinkCase> cases =
        new LinkSpeed(new Inputs(root, cache))
            .cases().stream()
                .filter(one -> rest.isEmpty() || rest.stream().anyMatch(one.name()::contains))
                .toList();
    System.out.println(
        "case                        ours ms (min)        cpu    remove |      LLJIT ms (min)"
            + "        cpu    remove | ratio of min of cpu  goal  load");
    try (Side peer = new Peer(program);
        Side ours = new Ours()) {
      for (LinkCase one : cases) {
        compare(one, ours, peer, anyLoad);
      }
    }
  }

  private List<LinkCase> cases() {
    List<LinkCase> cases = new ArrayList<>();
    cases.add(LinkCase.of("sqlite", 0.5, () -> inputs.sqlite("sqlite")));
    cases.add(
        LinkCase.of(
            "sqlite-debug", 0.2, () -> inputs.sqlite("sqlite-debug", "-g", "-ffunction-sections")));
    cases.add(
        LinkCase.of(
            "relocations-1000000",
            0.4,
            () ->
                inputs.assembled(
                    "relocations-1000000", AssemblySources.relocations(1_000_000), "f0")));
    cases.add(
        LinkCase.of(
            "globals-100000",
            0.35,
            () ->
                inputs.assembled(
                    "globals-100000", AssemblySources.globals(100_000), "global_function_0")));
    Stream.of(1000, 2000, 4000, 8000, 16000).forEach(count -> cases.add(functionSections(count)));
    cases.add(LinkCase.of("chain-100", 0.25, () -> inputs.chain(100)));
    cases.add(LinkCase.of("chain-1000", 0.25, () -> inputs.chain(1000)));
    cases.add(LinkCase.of("chain-10000", 0.12, () -> inputs.chain(10000)).withPeerRounds(3));
    cases.add(archive("libcrypto", 0.15, "/usr/lib/x86_64-linux-gnu/libcrypto.a"));
    cases.add(archive("libstdc++", 0.4, "/usr/lib/gcc/x86_64-linux-gnu/12/libstdc++.a"));
    cases.add(archive("libLLVMCore", 0.4, "/usr/lib/llvm-22/lib/libLLVMCore.a"));
    cases.add(tiny("tiny", AssemblySources.tiny(AssemblySources.OWN_NAME)));
    cases.add(tiny("tiny-data", AssemblySources.tinyWithData(AssemblySources.OWN_NAME)));
    cases.add(
        LinkCase.of("sqlite-16-dylibs", Double.NaN, () -> inputs.sqlite("sqlite"))
            .spreadOver(16, 0));
    cases.add(
        LinkCase.of("sqlite-16-dylibs-1-thread", Double.NaN, () -> inputs.sqlite("sqlite"))
            .spreadOver(16, 1));
    cases.add(
        LinkCase.of("sqlite-16-dylibs-2-threads", Double.NaN, () -> inputs.sqlite("sqlite"))
            .spreadOver(16, 2));
    for (int threads = 1; threads <= 2; threads++) {
      cases.add(
          LinkCase.of("chain-1000-threads-" + threads, Double.NaN, () -> inputs.chain(1000))
              .spreadOver(1, threads));
    }
    return cases;
  }

  /** LLVM takes 3 s for 1,000 and eight times as long for twice as many. */
  private LinkCase functionSections(int count) {
    String name = "sections-" + count;
    return LinkCase.of(
            name,
            count == 1000 ? 0.002 : Double.NaN,
            () -> inputs.assembled(name, AssemblySources.functionSections(count), "f0"))
        .withPeerRounds(count == 1000 ? 3 : 0);
  }

  private LinkCase archive(String name, double goal, String path) {
    return LinkCase.of(name, goal, () -> inputs.archive(name, Path.of(path))).withPhonyExternals();
  }

  private LinkCase tiny(String name, String source) {
    return LinkCase.of(name, 0.6, () -> inputs.assembled(name, source, AssemblySources.OWN_NAME))
        .withTimes(500);
  }

  private static void compare(LinkCase one, Side ours, Side peer, boolean anyLoad)
      throws IOException {
    Workload workload = one.workload().get();
    prepare(one, ours, workload);
    warmUp(one, ours);
    if (one.peerRounds() > 0) {
      prepare(one, peer, workload);
      one.run(peer);
    }
    double load = load();
    if (load > HIGHEST_LOAD && !anyLoad) {
      System.out.printf(
          Locale.ROOT, "%-27s no figures: the machine's load is %.1f%n", one.name(), load);
      return;
    }
    List<Measurement> mine = new ArrayList<>();
    List<Measurement> theirs = new ArrayList<>();
    for (int round = 0; round < LinkCase.ROUNDS; round++) {
      mine.add(one.run(ours));
      if (round < one.peerRounds()) {
        theirs.add(one.run(peer));
      }
    }
    print(one, mine, theirs, load);
  }

  private static void prepare(LinkCase one, Side side, Workload workload) {
    side.load(workload);
    side.startSession(one.threads(), one.phonyExternals());
  }

  private static void warmUp(LinkCase one, Side side) {
    long end = System.nanoTime() + WARM_UP_NANOSECONDS;
    for (int run = 0; run < LEAST_WARM_UP_RUNS || System.nanoTime() < end; run++) {
      one.run(side);
    }
  }

  private static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
  }

  private static void print(
      LinkCase one, List<Measurement> mine, List<Measurement> theirs, double load) {
    System.out.printf(Locale.ROOT, "%-27s %s |", one.name(), column(mine));
    if (theirs.isEmpty()) {
      System.out.printf(Locale.ROOT, " %41s |", "not run");
    } else {
      System.out.printf(
          Locale.ROOT,
          " %s | %5.3f %5.3f %5.3f %5.3f",
          column(theirs),
          (double) Measurement.median(mine, Measurement::link)
              / Measurement.median(theirs, Measurement::link),
          (double) Measurement.minimum(mine, Measurement::link)
              / Measurement.minimum(theirs, Measurement::link),
          (double) Measurement.minimum(mine, Measurement::cpu)
              / Measurement.minimum(theirs, Measurement::cpu),
          one.goal());
    }
    System.out.printf(Locale.ROOT, "  %.1f%n", load);
  }

  private static String column(List<Measurement> samples) {
    return String.format(
        Locale.ROOT,
        "%9.3f (%9.3f) %9.3f %8.3f",
        milliseconds(Measurement.median(samples, Measurement::link)),
        milliseconds(Measurement.minimum(samples, Measurement::link)),
        milliseconds(Measurement.median(samples, Measurement::cpu)),
        milliseconds(Measurement.median(samples, Measurement::remove)));
  }

  private static double milliseconds(long nanoseconds) {
    return nanoseconds / 1e6;
  }
}
