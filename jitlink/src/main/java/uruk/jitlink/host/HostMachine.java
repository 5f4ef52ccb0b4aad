package uruk.jitlink.host;

/** The machine that this process runs on. */
final class HostMachine {
  private static final short EM_X86_64 = 62;
  private static final short EM_AARCH64 = 183;

  private HostMachine() {}

  /** {@return whether the process runs x86-64 code} */
  static boolean isX86_64() {
    return elfMachine() == EM_X86_64;
  }

  /** {@return the ELF header's {@code e_machine} for images that this process can load} */
  static short elfMachine() {
    String architecture = System.getProperty("os.arch");
    return switch (architecture) {
      case "amd64" -> EM_X86_64;
      case "aarch64" -> EM_AARCH64;
      default ->
          throw new HostException(
              "Running linked code on " + architecture + " is not supported; amd64 is.", 0);
    };
  }
}
