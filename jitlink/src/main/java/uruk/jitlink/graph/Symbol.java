package uruk.jitlink.graph;

import org.jspecify.annotations.Nullable;

/**
 * A place that edges can point to: an offset in a block (defined), an address found elsewhere
 * (external), or a fixed address (absolute). A symbol keeps its identity when it changes between
 * these ({@link LinkGraph#makeExternal} and its siblings), so edges to it stay right.
 *
 * <p>A symbol that was removed from its graph keeps its place: {@link #address()} goes on to tell
 * where it is.
 */
public final class Symbol extends Slotted {
  private final int ordinal;
  private @Nullable String name;
  private final @Nullable NameSource names;
  private final int nameKey;
  private Addressable base;
  private long offset;
  private long size;
  private Linkage linkage;
  private Scope scope;
  private boolean live;
  private boolean callable;
  private boolean weaklyReferenced;
  private byte targetFlags;

  Symbol(
      int ordinal,
      String name,
      Addressable base,
      long offset,
      long size,
      Linkage linkage,
      Scope scope) {
    this.ordinal = ordinal;
    this.name = name;
    this.names = null;
    this.nameKey = 0;
    this.base = base;
    this.offset = offset;
    this.size = size;
    this.linkage = linkage;
    this.scope = scope;
  }

  Symbol(int ordinal, NameSource names, int nameKey, Block block, long offset, long size) {
    this.ordinal = ordinal;
    this.names = names;
    this.nameKey = nameKey;
    this.base = block;
    this.offset = offset;
    this.size = size;
    this.linkage = Linkage.STRONG;
    this.scope = Scope.LOCAL;
  }

  /**
   * {@return how many symbols its graph made before this one} The number never changes, so passes
   * keep what they know of symbols in arrays of {@link LinkGraph#symbolCount()}.
   */
  public int ordinal() {
    return ordinal;
  }

  /** {@return the name; empty if the symbol is anonymous} */
  public String name() {
    String known = name;
    if (known == null) {
      known = names == null ? "" : names.name(nameKey);
      name = known;
    }
    return known;
  }

  /** {@return whether the symbol has a name} */
  public boolean hasName() {
    String known = name;
    return known == null ? names != null && names.hasName(nameKey) : !known.isEmpty();
  }

  /** Renames the symbol; linkage and scope stay. */
  public void setName(String name) {
    this.name = name;
  }

  /** {@return what the symbol's address is relative to} */
  public Addressable addressable() {
    return base;
  }

  /** {@return whether the symbol is a place in a block of this graph} */
  public boolean defined() {
    return base instanceof Block;
  }

  /** {@return whether the symbol's address comes from outside of this graph} */
  public boolean external() {
    return base instanceof ExternalAddressable;
  }

  /** {@return whether the symbol is a fixed address} */
  public boolean absolute() {
    return base instanceof AbsoluteAddressable;
  }

  /**
   * {@return the block of a defined symbol}
   *
   * @throws IllegalStateException if the symbol is not defined
   */
  public Block block() {
    if (base instanceof Block block) {
      return block;
    }
    throw new IllegalStateException("not a defined symbol: " + this);
  }

  /** {@return the section of a defined symbol} */
  public Section section() {
    return block().section();
  }

  /** {@return bytes from the beginning of the block; 0 for external and absolute symbols} */
  public long offset() {
    return offset;
  }

  /** {@return the address in the target process; before allocation that in the object file} */
  public long address() {
    return base.address() + offset;
  }

  /** {@return bytes that the symbol names; may be 0} */
  public long size() {
    return size;
  }

  /** Sets the number of bytes that the symbol names. */
  public void setSize(long size) {
    this.size = size;
  }

  /** {@return which definition wins where several exist} */
  public Linkage linkage() {
    return linkage;
  }

  /** Sets which definition wins where several exist. */
  public void setLinkage(Linkage linkage) {
    this.linkage = linkage;
  }

  /** {@return where the symbol can be seen} */
  public Scope scope() {
    return scope;
  }

  /**
   * Sets where the symbol can be seen.
   *
   * @throws IllegalArgumentException if an anonymous symbol would become visible outside
   */
  public void setScope(Scope scope) {
    if (scope != Scope.LOCAL && !hasName()) {
      throw new IllegalArgumentException("an anonymous symbol is local");
    }
    this.scope = scope;
  }

  /** {@return whether dead-stripping must keep the symbol} */
  public boolean live() {
    return live;
  }

  /** Sets whether dead-stripping must keep the symbol. */
  public void setLive(boolean live) {
    this.live = live;
  }

  /** {@return whether the symbol is a function} */
  public boolean callable() {
    return callable;
  }

  /** Sets whether the symbol is a function. */
  public void setCallable(boolean callable) {
    this.callable = callable;
  }

  /** {@return whether an external symbol may be missing; it is then 0} */
  public boolean weaklyReferenced() {
    return weaklyReferenced;
  }

  /** Sets whether an external symbol may be missing. */
  public void setWeaklyReferenced(boolean weaklyReferenced) {
    this.weaklyReferenced = weaklyReferenced;
  }

  /** {@return the bits of {@link TargetFlags}} */
  public int targetFlags() {
    return targetFlags & 0xff;
  }

  /** Sets the bits of {@link TargetFlags}. */
  public void setTargetFlags(int targetFlags) {
    this.targetFlags = (byte) targetFlags;
  }

  /** {@return whether a bit of {@link TargetFlags} is set} */
  public boolean hasTargetFlag(int flag) {
    return (targetFlags & flag) != 0;
  }

  void place(Addressable newBase, long newOffset) {
    base = newBase;
    offset = newOffset;
  }

  /** {@return the name, or where an anonymous symbol points} */
  @Override
  public String toString() {
    return hasName() ? name() : "addressable@0x%x+0x%08x".formatted(base.address(), offset);
  }
}
