package uruk.bench.link;

/** One of the two that are compared. */
interface Side extends AutoCloseable {
  /** Reads a workload, for all runs that follow. */
  void load(Workload workload);

  /**
   * Starts a new session.
   *
   * @param threads that link; 0 for the calling one
   * @param phonyExternals whether what is missing gets an address that nobody calls, instead of
   *     that of the process
   */
  void startSession(int threads, boolean phonyExternals);

  /** {@return the medians of as many runs under a tracker each} */
  Measurement link(int times);

  /** {@return one run in which as many dylibs get the objects and are looked up at once} */
  Measurement spread(int copies);

  @Override
  void close();
}
