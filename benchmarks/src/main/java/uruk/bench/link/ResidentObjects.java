package uruk.bench.link;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import uruk.jitlink.ObjectFile;
import uruk.materialization.LinkedObject;
import uruk.materialization.MemoryLedger;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

/**
 * Links objects of one small function each, every one under a tracker of its own, and prints what
 * the next ones take: mappings, resident memory, and live heap.
 *
 * <p>The JVM must have touched all of its heap at the start, so that resident memory grows by what
 * is outside of the heap, and must give softly referenced objects up; benchmarks/run sees to it.
 *
 * <p>Arguments: numbers of objects (1,000, 20,000 and 200,000 by default).
 */
public final class ResidentObjects {
  private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");
  private final List<LinkedObject> linked = new ArrayList<>();
  private final byte[] template;

  /**
   * What the process takes.
   *
   * @param mappings lines of /proc/self/maps
   * @param resident bytes of memory that are resident, the whole heap among them
   * @param heap bytes of live objects on the Java heap
   */
  private record Footprint(long mappings, long resident, long heap) {}

  private ResidentObjects(byte[] template) {
    this.template = template;
    JITDylib process = session.createJITDylib("process");
    process.addGenerator(ProcessSymbols.all());
    main.addToLinkOrder(process, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
  }

  /** Runs the measurement. */
  public static void main(String[] arguments) throws IOException {
    Inputs inputs = Inputs.ofProperties();
    byte[] template =
        inputs.assemble("resident", AssemblySources.tinyWithData(AssemblySources.OWN_NAME));
    int[] counts =
        arguments.length > 0
            ? Stream.of(arguments).mapToInt(Integer::parseInt).toArray()
            : new int[] {1000, 20_000, 200_000};
    System.out.printf("an object file has %d bytes%n", template.length);
    new ResidentObjects(template).run(counts);
  }

  private void run(int[] counts) throws IOException {
    int before = 0;
    Footprint last = null;
    for (int count : counts) {
      grow(count);
      Footprint now = footprint();
      System.out.println(count + " objects: " + now);
      if (last != null) {
        print(count - before, last, now);
      }
      before = count;
      last = now;
    }
    MemoryLedger ledger = linked.getLast().ledger();
    System.out.println("the ledger of the last one: " + ledger);
    session.close();
  }

  private void grow(int count) {
    while (linked.size() < count) {
      String name = Templates.name(linked.size());
      byte[] object = Templates.instantiate(template, name, AssemblySources.OTHER_NAME);
      linked.add(layer.add(main.createResourceTracker(), ObjectFile.of(name, object)));
      CompletableFuture<SymbolMap> found =
          session.lookup(
              LookupKind.STATIC, SearchOrder.of(main), SymbolLookupSet.of(name), SymbolState.READY);
      found.join();
    }
  }

  private static void print(int added, Footprint last, Footprint now) {
    double resident = (double) (now.resident() - last.resident()) / added;
    double heap = (double) (now.heap() - last.heap()) / added;
    System.out.printf(
        Locale.ROOT,
        "each of the last %d: %.4f mappings, %.0f bytes = %.0f resident + %.0f on the heap%n",
        added,
        (double) (now.mappings() - last.mappings()) / added,
        resident + heap,
        resident,
        heap);
  }

  private static Footprint footprint() throws IOException {
    // Twice: the first run lets cleaners of the objects it found run.
    System.gc();
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    Path self = Path.of("/proc/self");
    try (Stream<String> mappings = Files.lines(self.resolve("maps"));
        Stream<String> status = Files.lines(self.resolve("status"))) {
      String resident = status.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
      return new Footprint(
          mappings.count(), 1024 * Long.parseLong(resident.replaceAll("[^0-9]", "")), heap);
    }
  }
}
