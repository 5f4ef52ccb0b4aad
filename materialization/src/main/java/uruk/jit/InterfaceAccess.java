package uruk.jit;

import static java.lang.constant.ConstantDescs.CD_MethodHandles;
import static java.lang.constant.ConstantDescs.CD_MethodHandles_Lookup;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;

/** Finds out with which rights a user's interface is implemented. */
final class InterfaceAccess {
  private static final String HELPER = "UrukLookup";
  private static final String METHOD = "lookup";

  private InterfaceAccess() {}

  /**
   * {@return a lookup that may implement the interface: in its own package where that is open to
   * us, in ours if it is public}
   */
  static MethodHandles.Lookup lookupFor(Class<?> type) {
    Module ours = InterfaceAccess.class.getModule();
    ours.addReads(type.getModule());
    try {
      MethodHandles.Lookup inPackage = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      return inPackage.hasFullPrivilegeAccess() ? inPackage : ofPackage(inPackage);
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

  /**
   * A lookup that came from another module may define a class in the package, but no hidden one
   * with constants of ours. So it defines, once for each package, a class whose own lookup it asks
   * for.
   */
  private static synchronized MethodHandles.Lookup ofPackage(MethodHandles.Lookup partial)
      throws IllegalAccessException {
    try {
      return (MethodHandles.Lookup)
          partial
              .findStatic(
                  helper(partial), METHOD, MethodType.methodType(MethodHandles.Lookup.class))
              .invokeExact();
    } catch (IllegalAccessException | RuntimeException | Error refused) {
      throw refused;
    } catch (Throwable impossible) {
      throw new AssertionError("a class that we have written does not work", impossible);
    }
  }

  private static Class<?> helper(MethodHandles.Lookup partial) throws IllegalAccessException {
    String packageName = partial.lookupClass().getPackageName();
    try {
      return partial.findClass(packageName.isEmpty() ? HELPER : packageName + "." + HELPER);
    } catch (ClassNotFoundException _) {
      return partial.defineClass(helperBytes(ClassDesc.of(packageName, HELPER)));
    }
  }

  /**
   * {@code final class UrukLookup { static Lookup lookup() { return MethodHandles.lookup(); } }}
   */
  private static byte[] helperBytes(ClassDesc name) {
    MethodTypeDesc type = MethodTypeDesc.of(CD_MethodHandles_Lookup);
    return ClassFile.of()
        .build(
            name,
            builder ->
                builder
                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC)
                    .withMethodBody(
                        METHOD,
                        type,
                        ClassFile.ACC_STATIC,
                        code -> code.invokestatic(CD_MethodHandles, METHOD, type).areturn()));
  }
}
