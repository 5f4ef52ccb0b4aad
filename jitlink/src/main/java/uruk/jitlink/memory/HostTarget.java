package uruk.jitlink.memory;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.Targets;
import uruk.jitlink.graph.Target;

/** The target whose code runs in this process. */
final class HostTarget {
  private static volatile @Nullable Target found;

  private HostTarget() {}

  static Target get() {
    Target known = found;
    if (known == null) {
      known = find();
      found = known;
    }
    return known;
  }

  /** {@return whether code of a target runs here, which another table for this machine's may be} */
  static boolean runs(Target target) {
    Target host = get();
    return target.elfMachine() == host.elfMachine()
        && target.pointerSize() == host.pointerSize()
        && target.byteOrder() == host.byteOrder();
  }

  private static Target find() {
    String architecture = System.getProperty("os.arch");
    String name = architecture.equals("amd64") ? "x86_64" : architecture;
    for (Target target : Targets.standard().all()) {
      if (target.name().equals(name) && target.byteOrder() == ByteOrder.nativeOrder()) {
        return target;
      }
    }
    throw new MemoryAllocationException(
        "Linked code cannot run on "
            + architecture
            + ". Objects can be linked without running them.");
  }
}
