package uruk.jitlink.host;

/**
 * A generated ELF image that the process's dynamic linker has loaded.
 *
 * @param handle the module, as dlopen(3) gave it
 * @param descriptor the memory file that holds the image
 */
record MemoryModule(long handle, int descriptor) {

  /**
   * Loads an image.
   *
   * @param name of the memory file, shown in /proc/self/maps
   * @param flags for dlopen(3)
   * @throws HostException with the dynamic linker's reason
   */
  static MemoryModule open(String name, ElfImage image, int flags) {
    int descriptor = Libc.memoryFile(name, 0);
    try {
      Libc.write(descriptor, image.bytes());
      String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor;
      return new MemoryModule(DynamicLinker.open(path, flags), descriptor);
    } catch (HostException refused) {
      Libc.close(descriptor);
      throw refused;
    }
  }

  /** {@return the address of a symbol of the module} */
  long symbol(String symbol) {
    return DynamicLinker.symbol(handle, symbol);
  }

  /** Unloads the image. */
  void close() {
    DynamicLinker.close(handle);
    Libc.close(descriptor);
  }
}
