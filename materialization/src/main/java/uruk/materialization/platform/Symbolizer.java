package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.host.NativeCopy;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/**
 * Names places in native code: function, object file, source line. A plugin that remembers where
 * the code of linked objects is. Thread-safe.
 */
public final class Symbolizer implements LinkPlugin {
  private final Map<LinkedObject, ObjectCode> linking = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, ObjectCode> byAddress =
      new ConcurrentSkipListMap<>(Long::compareUnsigned);

  /** Makes a symbolizer that knows nothing yet; add it to a linking layer. */
  public Symbolizer() {}

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    ObjectCode code = new ObjectCode(object);
    linking.put(object, code);
    passes.prePrune().addFirst(code::remember);
    passes.postFixup().add(code::place);
  }

  @Override
  public void notifyEmitted(LinkedObject object, ResourceKey key) {
    ObjectCode code = linking.remove(object);
    if (code != null) {
      object.segments().forEach(segment -> byAddress.put(segment.address(), code));
    }
  }

  @Override
  public void notifyFailed(LinkedObject object, Throwable cause) {
    linking.remove(object);
  }

  @Override
  public void notifyFreeingCode(LinkedObject object) {
    notifyRemoving(object);
  }

  @Override
  public void notifyRemoving(LinkedObject object) {
    for (SegmentRange segment : object.segments()) {
      byAddress.remove(segment.address());
    }
  }

  /**
   * {@return what is known of a place}
   *
   * @param address in code
   * @param afterCall whether it is a return address, behind the instruction that is meant
   */
  public NativeFrame frame(long address, boolean afterCall) {
    long meant = afterCall ? address - 1 : address;
    Map.Entry<Long, ObjectCode> entry = byAddress.floorEntry(meant);
    if (entry != null) {
      NativeFrame frame = entry.getValue().frame(address, meant);
      if (frame != null) {
        return frame;
      }
    }
    return ofProcess(address, meant);
  }

  /** Asks dladdr(3); its Dl_info is file name, base, symbol name, symbol address. */
  private static NativeFrame ofProcess(long address, long meant) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(JAVA_LONG, 4);
      long dladdr = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "dladdr");
      if ((int) NativeCall.call(dladdr, meant, info.address()) == 0) {
        return new NativeFrame(address, null, 0, null, null, false);
      }
      String library = fileName(NativeCopy.textAt(info.getAtIndex(JAVA_LONG, 0)));
      long name = info.getAtIndex(JAVA_LONG, 2);
      if (name == 0) {
        long offset = address - info.getAtIndex(JAVA_LONG, 1);
        return new NativeFrame(address, null, offset, library, null, false);
      }
      long offset = address - info.getAtIndex(JAVA_LONG, 3);
      return new NativeFrame(address, NativeCopy.textAt(name), offset, library, null, false);
    }
  }

  /** Not by a {@code Path}: not every name is one in the locale's encoding. */
  private static String fileName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
