package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Thread-local storage that the process's own dynamic linker manages: a generated module with a
 * {@code PT_TLS} segment. Each thread gets its copy when it touches it first and loses it when it
 * ends (Ulrich Drepper, "ELF Handling For Thread-Local Storage").
 *
 * <p>Thread-safe.
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

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final MemoryModule module;
  private final MemorySegment words;
  private final Access access;
  private final String soname;
  private final @Nullable ThreadLocalModule viewed;
  private int users = 1; // the owner and the views; guarded by this

  private ThreadLocalModule(
      MemoryModule module, Access access, String soname, @Nullable ThreadLocalModule viewed) {
    this.module = module;
    this.access = access;
    this.soname = soname;
    this.viewed = viewed;
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
    // The dynamic linker finds what a view needs by this name.
    String soname = name + "#" + COUNT.incrementAndGet();
    ElfImage image = image(soname);
    image.threadLocal(soname, content, size, alignment);
    return load(name, image, 0, access, null);
  }

  /**
   * Asks for other words of this module, by a module that refers to it. This one stays loaded until
   * the view is closed, too.
   *
   * @param access the words wanted
   * @throws HostException with the dynamic linker's reason, such as that a thread has its copy
   *     already, at a distance that is not fixed
   * @throws IllegalStateException if this is a view itself, or belongs to the process, or is closed
   */
  public ThreadLocalModule view(Access access) {
    addUser();
    try {
      ElfImage image = image("view of " + soname);
      image.needs(soname);
      return load(soname, image, image.importThreadLocal(soname), access, this);
    } catch (HostException refused) {
      close();
      throw refused;
    }
  }

  private synchronized void addUser() {
    if (users == 0 || soname.isEmpty()) {
      throw new IllegalStateException("nobody can view " + soname + ": it is closed or a view");
    }
    users++;
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
    ElfImage image = image(name);
    return load(name, image, image.importThreadLocal(variable), access, null);
  }

  private static ElfImage image(String soname) {
    return new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), soname);
  }

  private static ThreadLocalModule load(
      String name, ElfImage image, int symbol, Access access, @Nullable ThreadLocalModule viewed) {
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
    MemoryModule module = MemoryModule.open(name, image, DynamicLinker.RTLD_NOW);
    return new ThreadLocalModule(module, access, symbol == 0 ? image.soname : "", viewed);
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

  /**
   * Unloads the module, or leaves that to the last of its views: nobody may touch its variables any
   * more.
   */
  @Override
  public void close() {
    if (removeUser()) {
      module.close();
      if (viewed != null) {
        viewed.close();
      }
    }
  }

  private synchronized boolean removeUser() {
    users--;
    return users == 0;
  }
}
