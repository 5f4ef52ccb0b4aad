package uruk.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SwitchPoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.materialization.platform.ElfPlatform;
import uruk.materialization.platform.Guard;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.SymbolLookupSet;

/**
 * Handles for the functions that a dylib sees. A handle calls the function's entry, so it reaches
 * the current version whenever the function is replaced; once the function is removed it throws
 * instead of jumping. The check costs nothing while nothing is removed: it is a switch point.
 *
 * <p>Thread-safe; one lock guards the switch points.
 */
final class NativeFunctions implements LinkPlugin {
  private static final MethodHandle THROW_REMOVED = throwRemoved();

  private final ExecutionSession session;
  private final JITDylib dylib;
  private final @Nullable Guard guard;
  private final ElfPlatform platform;
  private final Object lock = new Object();
  private final Map<String, Function> present = new HashMap<>(); // guarded by lock

  /** A function that there are handles of. */
  private final class Function {
    private final SwitchPoint switchPoint = new SwitchPoint();

    /** Its canonical address; 0 until that is known. */
    private volatile long address;

    /**
     * A version of an object may go while the function goes on, another object may have defined a
     * function of the name already, and other dylibs may have one.
     */
    boolean goesWith(LinkedObject object, String name) {
      ExecutorSymbolDef now = object.dylib().definition(name);
      if (now != null && (address == 0 || now.address() == address)) {
        return false;
      }
      if (object.dylib().equals(dylib)) {
        return true;
      }
      long code = InProcessMemoryManager.shared().targetIfEntry(address);
      return object.segments().stream().anyMatch(segment -> segment.contains(code));
    }
  }

  /**
   * @param guard calls the functions; null for nobody
   * @param platform runs the initializers of what is linked on the way
   */
  NativeFunctions(
      ExecutionSession session, JITDylib dylib, @Nullable Guard guard, ElfPlatform platform) {
    this.session = session;
    this.dylib = dylib;
    this.guard = guard;
    this.platform = platform;
  }

  private static MethodHandle throwRemoved() {
    try {
      return MethodHandles.lookup()
          .findStatic(
              NativeFunctions.class,
              "removed",
              MethodType.methodType(IllegalStateException.class, String.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
  }

  @SuppressWarnings("UnusedMethod") // called by handle
  private static IllegalStateException removed(String name) {
    return new IllegalStateException(
        "The symbol " + name + " was removed. Look it up again if it has been added anew.");
  }

  /** {@return what calls the functions; null if they are called directly} */
  @Nullable Guard guard() {
    return guard;
  }

  /** {@return the address of a symbol, linked, ready and initialized} */
  long address(String name) {
    long address = session.lookup(dylib.linkOrder(), name).address();
    platform.initialize(dylib, null);
    return address;
  }

  /**
   * Links functions.
   *
   * @throws uruk.orc.OrcException naming all that are missing
   */
  void require(List<String> names) {
    session.lookup(dylib.linkOrder(), SymbolLookupSet.of(names));
  }

  /** {@return a handle that calls a function} */
  MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Function known;
    synchronized (lock) {
      known = present.computeIfAbsent(name, _ -> new Function());
    }
    // After the switch point is known: a removal in between invalidates it.
    long function = address(name);
    known.address = function;
    MethodHandle call =
        guard == null || !Guard.canGuard(options)
            ? Linker.nativeLinker()
                .downcallHandle(MemorySegment.ofAddress(function), descriptor, options)
            : guard.downcall(function, descriptor, options);
    return known.switchPoint.guardWithTest(call, refusal(call.type(), name));
  }

  private static MethodHandle refusal(MethodType type, String name) {
    MethodHandle thrower =
        MethodHandles.throwException(type.returnType(), IllegalStateException.class);
    MethodHandle refuse = MethodHandles.collectArguments(thrower, 0, THROW_REMOVED.bindTo(name));
    return MethodHandles.dropArguments(refuse, 0, type.parameterList());
  }

  /** A symbol that is no object's is about to go. */
  void notifyRemoved(String name) {
    Function function;
    synchronized (lock) {
      function = present.remove(name);
    }
    if (function != null) {
      SwitchPoint.invalidateAll(new SwitchPoint[] {function.switchPoint});
    }
  }

  @Override
  public void notifyRemoving(LinkedObject object) {
    List<SwitchPoint> gone = new ArrayList<>();
    synchronized (lock) {
      for (String name : object.symbolNames()) {
        Function function = present.get(name);
        if (function != null && function.goesWith(object, name)) {
          gone.add(function.switchPoint);
          present.remove(name);
        }
      }
    }
    if (!gone.isEmpty()) {
      SwitchPoint.invalidateAll(gone.toArray(SwitchPoint[]::new));
    }
  }
}
