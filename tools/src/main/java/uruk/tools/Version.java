package uruk.tools;

/** Says which Uruk runs on which Java. */
public final class Version {

  private Version() {}

  /** {@return one line: the version, the JDK, the machine} */
  public static String line() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "uruk %s (JDK %s, %s)"
        .formatted(
            version == null ? "from class files" : version,
            Runtime.version(),
            System.getProperty("os.arch"));
  }
}
