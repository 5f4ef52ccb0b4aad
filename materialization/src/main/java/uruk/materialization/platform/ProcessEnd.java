package uruk.materialization.platform;

/** Ends a process that runs linked code. */
public final class ProcessEnd {
  private ProcessEnd() {}

  /**
   * Ends the process as {@link Runtime#halt} does, without Java's shutdown hooks, but at once: the
   * JVM would wait 300 ms for a thread of the guard that is in native code. What C code has
   * registered with atexit(3) runs. Does not return.
   */
  public static void halt(int status) {
    LinkedThreads.rest();
    Runtime.getRuntime().halt(status);
  }
}
