package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A module of the process whose dynamic symbol table points at addresses anywhere: by it {@code
 * dlsym(RTLD_DEFAULT, …)} and libraries that are opened later find symbols that no library defines.
 *
 * <p>The table can be changed while it is loaded: a symbol moves by one store, and is gone once its
 * value and section are 0, which the dynamic linker takes for undefined. Libraries that are bound
 * already keep the addresses that they have.
 *
 * <p>One lock guards changes; the dynamic linker reads without it.
 */
public final class ExportModule implements AutoCloseable {
  private static final VarHandle WORD = JAVA_LONG.varHandle();
  private static final long SECTION_OFFSET = 6; // st_shndx of an Elf64_Sym
  private static final long VALUE_OFFSET = 8; // st_value

  private final MemoryModule module;
  private final MemorySegment table;
  private final Map<String, Integer> indexes = new HashMap<>(); // guarded by this

  private ExportModule(MemoryModule module, List<Symbol> symbols) {
    this.module = module;
    this.table =
        MemorySegment.ofAddress(module.symbol(ElfImage.SYMBOLS_SYMBOL))
            .reinterpret((symbols.size() + 1L) * DynamicSymbols.SYMBOL_SIZE);
    for (int i = 0; i < symbols.size(); i++) {
      indexes.put(symbols.get(i).name(), i + 1); // the first one of every table is empty
    }
  }

  /**
   * A symbol that is made visible.
   *
   * @param name as C sees it
   * @param address anywhere in the process
   * @param function whether it is code
   */
  public record Symbol(String name, long address, boolean function) {}

  /**
   * Makes symbols visible to the whole process. Those that the program or a library opened earlier
   * defines are hidden behind these.
   *
   * @param name of the module, shown by debuggers
   * @throws HostException with the dynamic linker's reason
   */
  public static ExportModule open(String name, List<Symbol> symbols) {
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), name);
    for (Symbol symbol : symbols) {
      image.exportAddress(symbol.name(), symbol.address(), symbol.function());
    }
    int flags = DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL;
    return new ExportModule(MemoryModule.open(name, image, flags), symbols);
  }

  /** {@return whether a symbol is visible by this module} */
  public synchronized boolean contains(String symbol) {
    return indexes.containsKey(symbol);
  }

  /** {@return where a symbol is; 0 if it is not visible by this module} */
  public synchronized long address(String symbol) {
    Integer index = indexes.get(symbol);
    return index == null
        ? 0
        : (long) WORD.getAcquire(table, (long) index * DynamicSymbols.SYMBOL_SIZE + VALUE_OFFSET);
  }

  /** Gives a symbol another address; does nothing if it is not here. */
  public synchronized void move(String symbol, long address) {
    Integer index = indexes.get(symbol);
    if (index != null) {
      store(index, address);
    }
  }

  /** Makes a symbol invisible; does nothing if it is not here. */
  public synchronized void withdraw(String symbol) {
    Integer index = indexes.remove(symbol);
    if (index != null) {
      store(index, 0);
      table.set(JAVA_SHORT, (long) index * DynamicSymbols.SYMBOL_SIZE + SECTION_OFFSET, (short) 0);
    }
  }

  private void store(int index, long value) {
    WORD.setRelease(table, (long) index * DynamicSymbols.SYMBOL_SIZE + VALUE_OFFSET, value);
  }

  /** Makes all symbols invisible. The tables stay as long as libraries are bound to them. */
  @Override
  public void close() {
    List.copyOf(indexes.keySet()).forEach(this::withdraw);
    module.close();
  }
}
