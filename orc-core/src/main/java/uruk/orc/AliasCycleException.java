package uruk.orc;

/** Aliases that stand for each other in a circle have no definition. */
public final class AliasCycleException extends OrcException {
  private static final long serialVersionUID = 1;

  AliasCycleException(String path) {
    super("Alias cycle: %s. Point one of these aliases at a definition.".formatted(path), null);
  }
}
