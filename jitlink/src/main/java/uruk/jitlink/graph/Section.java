package uruk.jitlink.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Blocks and symbols of one name that share protection and lifetime. */
public final class Section {
  private final LinkGraph graph;
  private final String name;
  private final SlotList<Block> blocks = new SlotList<>();
  private final SlotList<Symbol> symbols = new SlotList<>();
  private MemProt memProt;
  private MemLifetime memLifetime = MemLifetime.STANDARD;
  private boolean threadLocal;
  private int ordinal;

  Section(LinkGraph graph, String name, MemProt memProt, int ordinal) {
    this.graph = graph;
    this.name = name;
    this.memProt = memProt;
    this.ordinal = ordinal;
    this.threadLocal = named(".tdata") || named(".tbss");
  }

  private boolean named(String kind) {
    return name.equals(kind) || (name.startsWith(kind) && name.charAt(kind.length()) == '.');
  }

  /** {@return the graph this section belongs to} */
  public LinkGraph graph() {
    return graph;
  }

  /** {@return the name, unique in the graph} */
  public String name() {
    return name;
  }

  /** {@return the protection of the memory once finalized} */
  public MemProt memProt() {
    return memProt;
  }

  /** Sets the protection of the memory once finalized. */
  public void setMemProt(MemProt memProt) {
    this.memProt = memProt;
  }

  /** {@return how long the memory lives} */
  public MemLifetime memLifetime() {
    return memLifetime;
  }

  /** Sets how long the memory lives. */
  public void setMemLifetime(MemLifetime memLifetime) {
    this.memLifetime = memLifetime;
  }

  /**
   * {@return whether this is a template of thread-local variables, of which each thread has a copy}
   * Sections with the usual names, such as {@code .tdata}, are.
   */
  public boolean threadLocal() {
    return threadLocal;
  }

  /** Makes this a template of thread-local variables, or none. */
  public void setThreadLocal(boolean threadLocal) {
    this.threadLocal = threadLocal;
  }

  /** {@return this section's place in the order of layout} */
  public int ordinal() {
    return ordinal;
  }

  /** Sets this section's place in the order of layout. */
  public void setOrdinal(int ordinal) {
    this.ordinal = ordinal;
  }

  /** {@return the blocks in the order of their creation: a live view that cannot be changed} */
  public Collection<Block> blocks() {
    return blocks;
  }

  /** {@return the symbols in the order of their creation: a live view that cannot be changed} */
  public Collection<Symbol> symbols() {
    return symbols;
  }

  /** {@return whether there are no blocks} */
  public boolean isEmpty() {
    return blocks.isEmpty();
  }

  /** {@return the symbols of each block that has any, by block identity} */
  public Map<Block, List<Symbol>> symbolsByBlock() {
    Map<Block, List<Symbol>> byBlock = new HashMap<>();
    for (Symbol symbol : symbols) {
      byBlock.computeIfAbsent(symbol.block(), block -> new ArrayList<>(2)).add(symbol);
    }
    return byBlock;
  }

  SlotList<Block> blockSlots() {
    return blocks;
  }

  SlotList<Symbol> symbolSlots() {
    return symbols;
  }

  /** {@return the name} */
  @Override
  public String toString() {
    return name;
  }
}
