package uruk.jitlink.graph;

/** Where a symbol can be seen. */
public enum Scope {
  /** Visible in the public interface of the linkage unit. */
  DEFAULT("default"),
  /** Visible within the linkage unit (a JITDylib), but not exported from it. */
  HIDDEN("hidden"),
  /** Like hidden, but can be looked up only to trigger the linking of its graph. */
  SIDE_EFFECTS_ONLY("side-effects-only"),
  /** Visible within its graph only. */
  LOCAL("local");

  private final String text;

  Scope(String text) {
    this.text = text;
  }

  /** {@return the word graph dumps use} */
  @Override
  public String toString() {
    return text;
  }
}
