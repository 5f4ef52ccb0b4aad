package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Thread-local storage that the process's own dynamic linker manages: a generated module with a
 * {@code PT_TLS} segment. Each thread gets its copy when it touches it first and loses it when it
 * ends (Ulrich Drepper, "ELF Handling For Thread-Local Storage").
 *
 * <p>Thread-safe, except for {@link #close}.
 */
public final class ThreadLocalModule implements AutoCloseable {
  /** Which words the dynamic linker is asked for beside the module's number and the offset. */
  public enum Access {
    /** None: the variable is found by {@code __tls_get_addr} only. */
    DYNAMIC,
    /** A descriptor, for code in the TLSDESC model. */
    DESCRIPTOR,
    /**
     * The distance from each thread's thread pointer, for code in the initial- and local-exec
     * models. Room for modules with such a distance is scarce.
     */
    FIXED
  }

  private static final int R_X86_64_DTPMOD64 = 16;
  private static final int R_X86_64_DTPOFF64 = 17;
  private static final int R_X86_64_TPOFF64 = 18;
  private static final int R_X86_64_TLSDESC = 36;

  private final MemoryModule module;
  private final MemorySegment words;
  private final Access access;

  private ThreadLocalModule(MemoryModule module, Access access) {
    this.module = module;
    this.access = access;
    this.words =
        MemorySegment.ofAddress(module.symbol(ElfImage.WORDS_SYMBOL))
            .reinterpret(6 * JAVA_LONG.byteSize());
  }

  /**
   * Loads a module.
   *
   * @param name shown by debuggers
   * @param content what each thread's copy begins with; zeros follow
   * @param size of each thread's copy in bytes
   * @param alignment a power of two
   * @param access the words wanted
   * @throws HostException with the dynamic linker's reason, such as that the room for modules with
   *     a fixed distance is used up
   */
  public static ThreadLocalModule open(
      String name, byte[] content, long size, long alignment, Access access) {
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), name);
    image.threadLocal(content, size, alignment);
    return load(name, image, 0, access);
  }

  /**
   * Loads a module without storage that knows a thread-local variable of another module of the
   * process.
   *
   * @param variable the variable's name
   * @param access the words wanted
   * @throws HostException with the dynamic linker's reason, such as that there is no such variable
   */
  public static ThreadLocalModule ofProcess(String variable, Access access) {
    String name = "tls-" + variable;
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), name);
    return load(name, image, image.importThreadLocal(variable), access);
  }

  private static ThreadLocalModule load(String name, ElfImage image, int symbol, Access access) {
    image.word(R_X86_64_DTPMOD64, symbol, 0, 1);
    // Against a module of our own it gives the addend, 0.
    image.word(R_X86_64_DTPOFF64, symbol, 0, 1);
    switch (access) {
      case DYNAMIC -> {}
      case DESCRIPTOR -> image.word(R_X86_64_TLSDESC, symbol, 0, 2);
      case FIXED -> {
        image.word(R_X86_64_TPOFF64, symbol, 0, 1);
        image.usesStaticThreadLocal();
      }
    }
    return new ThreadLocalModule(MemoryModule.open(name, image, DynamicLinker.RTLD_NOW), access);
  }

  /** {@return the module's number, for {@code __tls_get_addr}} */
  public long id() {
    return words.getAtIndex(JAVA_LONG, 0);
  }

  /** {@return where in the storage the variable is; 0 for a module of our own} */
  public long offset() {
    return words.getAtIndex(JAVA_LONG, 1);
  }

  /** {@return the words that were asked for} */
  public Access access() {
    return access;
  }

  /**
   * {@return the distance of each thread's copy from its thread pointer}
   *
   * @throws IllegalStateException if it was not asked for
   */
  public long threadPointerOffset() {
    require(Access.FIXED);
    return words.getAtIndex(JAVA_LONG, 2);
  }

  /**
   * {@return the descriptor's function}
   *
   * @throws IllegalStateException if no descriptor was asked for
   */
  public long descriptorFunction() {
    require(Access.DESCRIPTOR);
    return words.getAtIndex(JAVA_LONG, 2);
  }

  /**
   * {@return the descriptor's argument}
   *
   * @throws IllegalStateException if no descriptor was asked for
   */
  public long descriptorArgument() {
    require(Access.DESCRIPTOR);
    return words.getAtIndex(JAVA_LONG, 3);
  }

  private void require(Access needed) {
    if (access != needed) {
      throw new IllegalStateException("the module was opened for " + access + " access");
    }
  }

  /** Unloads the module: nobody may touch its variables any more. */
  @Override
  public void close() {
    module.close();
  }
}
