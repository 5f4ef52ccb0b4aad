package uruk.jitlink.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The module by which GDB finds the process's list of debug objects: it looks for the two names in
 * every module that it sees loaded ("JIT Compilation Interface" in GDB's manual), reads the list
 * and sets a breakpoint in the function. Both are in the image's file, since GDB does so while the
 * module is being loaded. The module stays loaded for the life of the process.
 *
 * @param descriptor address of the {@code struct jit_descriptor}, of version 1 and without entries
 * @param function address of the function to be called after each change of the list
 */
public record DebuggerModule(long descriptor, long function) {
  private static final String DESCRIPTOR_NAME = "__jit_debug_descriptor";
  private static final String FUNCTION_NAME = "__jit_debug_register_code";
  private static final int DESCRIPTOR_SIZE = 24;

  private static final byte[] FUNCTION = {
    (byte) 0x90, // nop: the breakpoint is put here
    (byte) 0xc3, // ret
  };

  /**
   * Loads the module.
   *
   * @throws HostException when the dynamic linker refuses
   */
  public static DebuggerModule open() {
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), "uruk-gdb");
    ByteBuffer descriptor = ByteBuffer.allocate(DESCRIPTOR_SIZE).order(ByteOrder.nativeOrder());
    image.variable(DESCRIPTOR_NAME, descriptor.putInt(0, 1).array());
    image.function(FUNCTION_NAME, FUNCTION);
    // The file stays open: debuggers open the module by this path.
    MemoryModule module = MemoryModule.open("uruk-gdb", image, DynamicLinker.RTLD_NOW);
    return new DebuggerModule(module.symbol(DESCRIPTOR_NAME), module.symbol(FUNCTION_NAME));
  }
}
