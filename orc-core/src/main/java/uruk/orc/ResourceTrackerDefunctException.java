package uruk.orc;

/** The tracker has been removed, or transferred to another one. */
public final class ResourceTrackerDefunctException extends OrcException {
  private static final long serialVersionUID = 1;

  ResourceTrackerDefunctException(ResourceKey key) {
    super("The resource tracker %s is defunct: it was removed or transferred".formatted(key), null);
  }
}
