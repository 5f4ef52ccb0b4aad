package uruk.jitlink.memory;

import java.nio.ByteOrder;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.Targets;
import uruk.jitlink.graph.Target;

/** The target whose code runs in this process. */
final class HostTarget {
  private HostTarget() {}

  static Target get() {
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
