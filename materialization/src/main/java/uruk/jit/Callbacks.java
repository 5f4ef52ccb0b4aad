package uruk.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Consumer;
import uruk.materialization.platform.Guard;
import uruk.materialization.platform.UpcallTable;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.JITDylib;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/** Java code as symbols that linked code calls. */
final class Callbacks implements AutoCloseable {
  private static final SymbolFlags FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE, SymbolFlags.ABSOLUTE);

  private final JITDylib dylib;
  private final UpcallTable pointers;
  private final Consumer<String> removed;

  /**
   * @param dylib gets the symbols
   * @param guard is suspended while Java runs
   * @param removed hears of the names of symbols that are about to go
   */
  Callbacks(JITDylib dylib, Guard guard, Consumer<String> removed) {
    this.dylib = dylib;
    this.pointers = new UpcallTable(guard, dylib.session()::reportError);
    this.removed = removed;
  }

  /** {@return a function pointer that calls a method handle until the arena closes} */
  MemorySegment pointer(MethodHandle target, FunctionDescriptor descriptor, Arena arena) {
    return pointers.pointer(target, descriptor, arena);
  }

  /**
   * Defines a symbol that calls a method handle. The symbol goes when the arena closes; linked code
   * must not call it any more then.
   */
  void define(String name, MethodHandle target, FunctionDescriptor descriptor, Arena arena) {
    MemorySegment pointer = pointer(target, descriptor, arena);
    ResourceTracker tracker = dylib.createResourceTracker();
    SymbolMap symbol = SymbolMap.builder(1).put(name, pointer.address(), FLAGS).build();
    dylib.define(AbsoluteSymbols.of(symbol), tracker);
    // An arena runs the cleanup actions of its segments when it closes.
    MemorySegment.NULL.reinterpret(
        arena,
        _ -> {
          removed.accept(name);
          tracker.remove();
        });
  }

  /** Ends all function pointers of Java. */
  @Override
  public void close() {
    pointers.close();
  }

  /** {@return the one abstract method of an interface} */
  static Method onlyMethod(Class<?> type) {
    List<Method> methods = InterfaceBinder.abstractMethods(type).toList();
    if (!type.isInterface() || methods.size() != 1) {
      throw new IllegalArgumentException(
          type.getName() + " is not an interface with one abstract method");
    }
    return methods.getFirst();
  }
}
