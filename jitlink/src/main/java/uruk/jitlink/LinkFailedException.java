package uruk.jitlink;

/**
 * A link failed because of something that is not the linker's: the look-up of external symbols, a
 * pass, or a context's hook threw. What they threw is the cause.
 */
public final class LinkFailedException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String graph;
  private final String phase;

  /**
   * Wraps what was thrown.
   *
   * @param graph the graph that was being linked
   * @param phase what was going on, for example {@code look-up of external symbols}
   */
  public LinkFailedException(String graph, String phase, Throwable cause) {
    super("In graph " + graph + ", " + phase + " failed: " + cause.getMessage(), cause);
    this.graph = graph;
    this.phase = phase;
  }

  /** {@return the graph that was being linked} */
  public String graph() {
    return graph;
  }

  /** {@return what was going on} */
  public String phase() {
    return phase;
  }
}
