package uruk.jitlink.host;

/**
 * Address space inside a module that the process's dynamic linker knows: the zero-fill segment of
 * an ELF image that we write and dlopen. Its pages are inaccessible until someone maps memory over
 * them.
 *
 * <p>dlopen(3) takes no wish for an address: the kernel gives the highest hole that is large
 * enough. Where that is not the place we want, {@link AddressFence} closes the holes above it for a
 * moment. The module stays loaded for the life of the process.
 *
 * @param base the first address of the reserve, page-aligned
 * @param size in bytes
 * @param handle the module, as dlopen(3) gave it
 * @param dataRanges which parts hold variables, for those who iterate over the process's modules
 */
public record AddressReserve(long base, long size, long handle, DataRanges dataRanges) {
  private static final String BASE_SYMBOL = "__uruk_reserve";

  /** Other threads map and unmap as well: the hole that was found may be gone. */
  private static final int ATTEMPTS = 4;

  private static final long LOW_END = 1L << 31;

  /** Where a reserve lies. */
  public enum Placement {
    /**
     * As near to the process's libraries as there is room: the kernel gives the highest hole, and
     * they are at the top. Nearly always PC-relative references reach them.
     */
    NEAR_LIBRARIES,
    /** Below 2 GiB, for code that keeps addresses in 32 bits. */
    LOW
  }

  /**
   * Reserves address space.
   *
   * @param name of the module, for people who look at maps, stack traces and debuggers
   * @param size in bytes, a multiple of the page size
   * @param frameHeaderOffset where in the reserve an {@code .eh_frame_hdr} will stand: readable
   *     memory with a valid header must be there before anyone unwinds through the module
   * @param frameHeaderSize the room for it in bytes
   * @param dataRanges how many parts may be told as variables
   * @throws HostException when there is no address space or the dynamic linker refuses
   */
  public static AddressReserve open(
      String name,
      long size,
      long frameHeaderOffset,
      int frameHeaderSize,
      int dataRanges,
      Placement placement) {
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), name);
    image.reserve(size, frameHeaderOffset, frameHeaderSize, dataRanges);
    image.export(BASE_SYMBOL, 0);
    AddressReserve reserve = load(name, image, size, dataRanges, placement);
    Libc.mapOver(reserve.base, size, Libc.PROT_NONE);
    return reserve;
  }

  private static AddressReserve load(
      String name, ElfImage image, long size, int dataRanges, Placement placement) {
    // The file stays open: debuggers open the module by this path.
    return switch (placement) {
      case NEAR_LIBRARIES ->
          of(MemoryModule.open(name, image, DynamicLinker.RTLD_NOW), size, dataRanges);
      case LOW -> loadLow(name, image, size, dataRanges);
    };
  }

  private static AddressReserve loadLow(String name, ElfImage image, long size, int dataRanges) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (AddressFence fence = AddressFence.above(LOW_END, size)) {
        if (fence.hasRoom()) {
          MemoryModule module = MemoryModule.open(name, image, DynamicLinker.RTLD_NOW);
          AddressReserve reserve = of(module, size, dataRanges);
          if (reserve.base + size <= LOW_END) {
            return reserve;
          }
          module.close();
        }
      }
    }
    throw new HostException(
        "there is no room for "
            + size
            + " bytes below 2 GiB, where code that was compiled with -fno-pic must be. Compile it"
            + " with -fPIE or -fPIC.",
        0);
  }

  private static AddressReserve of(MemoryModule module, long size, int dataRanges) {
    // The headers are on the module's first page: few come before them.
    long headers = module.symbol(ElfImage.RANGES_SYMBOL);
    DataRanges ranges = new DataRanges(headers, dataRanges, headers & -Libc.pageSize());
    return new AddressReserve(module.symbol(BASE_SYMBOL), size, module.handle(), ranges);
  }
}
