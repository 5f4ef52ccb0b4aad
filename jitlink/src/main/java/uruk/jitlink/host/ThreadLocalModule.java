package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Thread-local storage that the process's own dynamic linker manages: a generated module with a
 * {@code PT_TLS} segment. Each thread gets its copy when it touches it first and loses it when it
 * ends (Ulrich Drepper, "ELF Handling For Thread-Local Storage").
 *
 * <p>Thread-safe, except for {@link #close}.
 */
public final class ThreadLocalModule implements AutoCloseable {
  private static final int R_X86_64_DTPMOD64 = 16;
  private static final int R_X86_64_TPOFF64 = 18;
  private static final int R_X86_64_TLSDESC = 36;

  private final MemoryModule module;
  private final MemorySegment words;
  private final boolean fixed;
  private final int firstDescriptor;
  private final long[] descriptorOffsets;

  private ThreadLocalModule(MemoryModule module, boolean fixed, long[] descriptorOffsets) {
    this.module = module;
    this.fixed = fixed;
    this.descriptorOffsets = descriptorOffsets;
    this.firstDescriptor = fixed ? 2 : 1;
    long count = firstDescriptor + 2L * descriptorOffsets.length;
    this.words =
        MemorySegment.ofAddress(module.symbol(ElfImage.WORDS_SYMBOL))
            .reinterpret(count * JAVA_LONG.byteSize());
  }

  /**
   * Loads a module.
   *
   * @param name shown by debuggers
   * @param content what each thread's copy begins with; zeros follow
   * @param size of each thread's copy in bytes
   * @param alignment a power of two
   * @param fixedOffset whether every thread's copy must lie at one distance from its thread
   *     pointer, as code in the initial- and local-exec models expects; room for such modules is
   *     scarce
   * @param descriptorOffsets the variables that code in the TLSDESC model asks for, as offsets in
   *     the copy
   * @throws HostException with the dynamic linker's reason, such as that the room for modules with
   *     a fixed offset is used up
   */
  public static ThreadLocalModule open(
      String name,
      byte[] content,
      long size,
      long alignment,
      boolean fixedOffset,
      long... descriptorOffsets) {
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), name);
    image.threadLocal(content, size, alignment);
    image.word(R_X86_64_DTPMOD64, 0, 1);
    if (fixedOffset) {
      image.word(R_X86_64_TPOFF64, 0, 1);
      image.usesStaticThreadLocal();
    }
    for (long offset : descriptorOffsets) {
      image.word(R_X86_64_TLSDESC, offset, 2);
    }
    MemoryModule module = MemoryModule.open(name, image, DynamicLinker.RTLD_NOW);
    return new ThreadLocalModule(module, fixedOffset, descriptorOffsets.clone());
  }

  /** {@return the module's number, for {@code __tls_get_addr}} */
  public long id() {
    return words.getAtIndex(JAVA_LONG, 0);
  }

  /**
   * {@return the distance of each thread's copy from its thread pointer}
   *
   * @throws IllegalStateException if the module was opened without a fixed offset
   */
  public long threadPointerOffset() {
    if (!fixed) {
      throw new IllegalStateException("the module has no fixed offset");
    }
    return words.getAtIndex(JAVA_LONG, 1);
  }

  /**
   * {@return the two words of a variable's descriptor; null if it was not asked for}
   *
   * @param offset in each thread's copy
   */
  public long @Nullable [] descriptor(long offset) {
    for (int i = 0; i < descriptorOffsets.length; i++) {
      if (descriptorOffsets[i] == offset) {
        return new long[] {
          words.getAtIndex(JAVA_LONG, firstDescriptor + 2L * i),
          words.getAtIndex(JAVA_LONG, firstDescriptor + 2L * i + 1)
        };
      }
    }
    return null;
  }

  /** Unloads the module: nobody may touch its variables any more. */
  @Override
  public void close() {
    module.close();
  }
}
