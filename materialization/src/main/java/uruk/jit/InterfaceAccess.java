package uruk.jit;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;

/** Finds out with which rights a user's interface is implemented. */
final class InterfaceAccess {
  private InterfaceAccess() {}

  /**
   * {@return a lookup that may implement the interface: in its own package where that is open to
   * us, in ours if it is public}
   */
  static MethodHandles.Lookup lookupFor(Class<?> type) {
    Module ours = InterfaceAccess.class.getModule();
    ours.addReads(type.getModule());
    try {
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException closed) {
      if (Modifier.isPublic(type.getModifiers())
          && type.getModule().isExported(type.getPackageName(), ours)) {
        return MethodHandles.lookup();
      }
      throw new IllegalArgumentException(
          type.getName()
              + " is not accessible: its package is not open to "
              + ours
              + ". Give a lookup: bind(MethodHandles.lookup(), "
              + type.getSimpleName()
              + ".class).",
          closed);
    }
  }
}
