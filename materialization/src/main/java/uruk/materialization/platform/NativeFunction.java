package uruk.materialization.platform;

/**
 * A function of a linked object.
 *
 * @param name as people read it
 * @param address of its code
 * @param size in bytes
 */
record NativeFunction(String name, long address, long size) {

  /**
   * {@return a linker-level name as people read it} A plain name of C, such as {@code f}, is left
   * alone, though it is a mangled type, too.
   */
  static String readable(String name) {
    return name.startsWith("_Z") ? Demangler.demangle(name) : name;
  }

  /** {@return whether they share an address} */
  boolean overlaps(NativeFunction other) {
    return Long.compareUnsigned(address, other.address + other.size) < 0
        && Long.compareUnsigned(other.address, address + size) < 0;
  }
}
