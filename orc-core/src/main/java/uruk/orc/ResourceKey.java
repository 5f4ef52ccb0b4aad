package uruk.orc;

/**
 * Identifies the resources of one tracker to {@link ResourceManager}s: compare and hash it by
 * identity. A key lives as long as something refers to it and says nothing about whether its
 * tracker still exists.
 */
public final class ResourceKey {
  private final String name;

  ResourceKey(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }
}
