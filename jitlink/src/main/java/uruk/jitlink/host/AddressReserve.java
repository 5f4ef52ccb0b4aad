package uruk.jitlink.host;

/**
 * Address space inside a module that the process's dynamic linker knows: the zero-fill segment of
 * an ELF image that we write and dlopen. Its pages are inaccessible until someone maps memory over
 * them.
 *
 * <p>The kernel places the module beside the process's libraries, so that PC-relative references to
 * them reach. The module stays loaded for the life of the process.
 *
 * @param base the first address of the reserve, page-aligned
 * @param size in bytes
 * @param handle the module, as dlopen(3) gave it
 */
public record AddressReserve(long base, long size, long handle) {
  private static final String BASE_SYMBOL = "__uruk_reserve";

  /**
   * Reserves address space.
   *
   * @param name of the module, for people who look at maps, stack traces and debuggers
   * @param size in bytes, a multiple of the page size
   * @param frameHeaderOffset where in the reserve an {@code .eh_frame_hdr} will stand: readable
   *     memory with a valid header must be there before anyone unwinds through the module
   * @param frameHeaderSize the room for it in bytes
   * @throws HostException when there is no address space or the dynamic linker refuses
   */
  public static AddressReserve open(
      String name, long size, long frameHeaderOffset, int frameHeaderSize) {
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), name);
    image.reserve(size, frameHeaderOffset, frameHeaderSize);
    image.export(BASE_SYMBOL, 0);
    // The file stays open: debuggers open the module by this path.
    long handle = MemoryModule.open(name, image, DynamicLinker.RTLD_NOW).handle();
    long base = DynamicLinker.symbol(handle, BASE_SYMBOL);
    Libc.mapOver(base, size, Libc.PROT_NONE);
    return new AddressReserve(base, size, handle);
  }
}
