package uruk.materialization;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.orc.JITDylib;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolDependenceGroup;
import uruk.orc.SymbolMap;

/**
 * The versions of one object, and which of them the dylib's names lead to. The first version holds
 * the names' place in their tracker; each later one was linked in a dylib aside.
 *
 * <p>Guarded by the update lock, but for what is final and the current version.
 */
final class Generations {
  private final LinkedObject first;
  private final ResourceTracker tracker;
  private final List<Version> versions = new ArrayList<>();

  /** What a roll-back may lead back to, the last one last. */
  private final List<LinkedObject> kept = new ArrayList<>();

  private volatile Version current;
  private int made;

  /**
   * One version.
   *
   * @param symbols what the dylib's names are while this version is current
   * @param needs what these names depend on while this version is current
   * @param aside where it was linked; null for an object that was added in the ordinary way
   */
  record Version(
      LinkedObject object,
      SymbolMap symbols,
      List<SymbolDependenceGroup> needs,
      @Nullable Aside aside) {}

  /** A dylib in which the versions of one update were linked. Guarded by the update lock. */
  static final class Aside {
    private final JITDylib dylib;
    private int versions;

    Aside(JITDylib dylib) {
      this.dylib = dylib;
    }

    JITDylib dylib() {
      return dylib;
    }

    /** A version was linked here. */
    void added() {
      versions++;
    }

    /** {@return whether the version that goes is the last one} */
    boolean removed() {
      return --versions == 0;
    }
  }

  Generations(Version version, ResourceTracker tracker) {
    this.first = version.object();
    this.tracker = tracker;
    this.current = version;
    this.made = version.object().generation();
    versions.add(version);
  }

  LinkedObject first() {
    return first;
  }

  JITDylib dylib() {
    return first.dylib();
  }

  ResourceTracker tracker() {
    return tracker;
  }

  Version current() {
    return current;
  }

  /** {@return the number of the version after the last that was switched to} */
  int nextGeneration() {
    return made + 1;
  }

  /** {@return the versions whose data are there} */
  List<Version> versions() {
    return List.copyOf(versions);
  }

  void switchTo(Version version) {
    if (!versions.contains(version)) {
      versions.add(version);
    }
    current = version;
    made = Math.max(made, version.object().generation());
  }

  /**
   * A version was replaced.
   *
   * @param limit how many versions can be linked again
   */
  void keep(LinkedObject version, int limit) {
    version.keepFile(true);
    kept.remove(version);
    kept.remove(current.object());
    kept.add(version);
    while (kept.size() > limit) {
      kept.removeFirst().keepFile(false);
    }
  }

  /** The names of all versions are gone. */
  void leaving() {
    first.leaving();
    current.object().leaving();
  }

  /** {@return whether a roll-back may lead back to a version} */
  boolean keeps(LinkedObject version) {
    return kept.contains(version);
  }

  void forget(Version version) {
    versions.remove(version);
  }
}
