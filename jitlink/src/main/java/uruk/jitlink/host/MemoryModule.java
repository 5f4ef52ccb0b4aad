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
      return new MemoryModule(DynamicLinker.open(path(descriptor), flags), descriptor);
    } catch (HostException refused) {
      Libc.close(descriptor);
      throw refused;
    }
  }

  /** {@return the address of a symbol of the module} */
  long symbol(String symbol) {
    return DynamicLinker.symbol(handle, symbol);
  }

  private static String path(int descriptor) {
    return "/proc/" + Libc.processId() + "/fd/" + descriptor;
  }

  /**
   * Unloads the image, unless others are bound to it; a library is bound also if dlsym(3) was
   * called from it. The file of an image that stays is kept: another one under its path would be
   * taken for it.
   */
  void close() {
    DynamicLinker.close(handle);
    if (!DynamicLinker.isLoaded(path(descriptor))) {
      Libc.close(descriptor);
    }
  }
}
