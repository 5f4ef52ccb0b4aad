package uruk.bench.link;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.memory.SlabMemoryManager;
import uruk.materialization.ObjectLinkingLayer;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/**
 * Links SQLite for some machine as {@code uruk jitlink -noexec -phony-externals} does: a session, a
 * slab at a pretended address, null for what is missing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ForeignLink {
  private static final long SLAB_ADDRESS = 0x10000000;
  private static final long SLAB_SIZE = 64 << 20;
  private static final long PAGE_SIZE = 4096;

  /** What the object is compiled for. */
  @Param({"x86_64-linux-gnu", "i686-linux-gnu", "aarch64-linux-gnu"})
  public String triple = "";

  private byte[] object = {};

  /** Compiles the object, if that was not done before. */
  @Setup
  public void compile() {
    object = Inputs.ofProperties().foreignSqlite(triple);
  }

  /** Links the object. */
  @Benchmark
  public long link() {
    try (ExecutionSession session = ExecutionSession.create()) {
      ObjectLinkingLayer layer =
          ObjectLinkingLayer.withoutEntries(
              session, new SlabMemoryManager(SLAB_ADDRESS, SLAB_SIZE, PAGE_SIZE));
      JITDylib main = session.createJITDylib("main");
      main.addGenerator(nulls());
      layer.add(main, ObjectFile.of("sqlite3.o", object));
      return session.lookup(main, "sqlite3_open").address();
    }
  }

  private static DefinitionGenerator nulls() {
    return (state, kind, dylib, flags, candidates) -> {
      SymbolMap.Builder phony = SymbolMap.builder(candidates.size());
      candidates.forEach((name, required) -> phony.put(name, 0, SymbolFlags.EXPORTED));
      dylib.define(AbsoluteSymbols.of(phony.build()));
    };
  }
}
