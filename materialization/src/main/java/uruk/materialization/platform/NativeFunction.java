package uruk.materialization.platform;

import uruk.jitlink.host.Demangler;

/**
 * A function of a linked object.
 *
 * @param name as people read it
 * @param address of its code
 * @param size in bytes
 */
record NativeFunction(String name, long address, long size) {

  /** {@return a linker-level name as people read it} */
  static String readable(String name) {
    String demangled = Demangler.demangle(name);
    return demangled == null ? name : demangled;
  }

  /** {@return whether they share an address} */
  boolean overlaps(NativeFunction other) {
    return Long.compareUnsigned(address, other.address + other.size) < 0
        && Long.compareUnsigned(other.address, address + size) < 0;
  }
}
