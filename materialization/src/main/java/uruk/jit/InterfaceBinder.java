package uruk.jit;

import static java.lang.constant.ConstantDescs.BSM_CLASS_DATA_AT;
import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.DEFAULT_NAME;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Implements interfaces by functions: a hidden class whose methods call method handles that are its
 * constants, so the JIT compiler sees through the interface into the native call.
 */
final class InterfaceBinder {
  private static final Map<Class<?>, MemoryLayout> LAYOUTS =
      Map.of(
          boolean.class, ValueLayout.JAVA_BOOLEAN,
          byte.class, ValueLayout.JAVA_BYTE,
          char.class, ValueLayout.JAVA_CHAR,
          short.class, ValueLayout.JAVA_SHORT,
          int.class, ValueLayout.JAVA_INT,
          long.class, ValueLayout.JAVA_LONG,
          float.class, ValueLayout.JAVA_FLOAT,
          double.class, ValueLayout.JAVA_DOUBLE,
          MemorySegment.class, ValueLayout.ADDRESS,
          String.class, ValueLayout.ADDRESS);

  private final NativeFunctions functions;

  InterfaceBinder(NativeFunctions functions) {
    this.functions = functions;
  }

  /**
   * What a method calls.
   *
   * @param options for the linker, beside the descriptor
   */
  private record Callee(
      Method method, String symbol, FunctionDescriptor descriptor, List<Linker.Option> options) {

    static Callee of(Method method) {
      NativeSymbol annotation = method.getAnnotation(NativeSymbol.class);
      String declaration = annotation == null ? "" : annotation.signature();
      String given = annotation == null ? "" : annotation.value();
      if (declaration.isEmpty()) {
        String symbol = given.isEmpty() ? method.getName() : given;
        return new Callee(method, symbol, InterfaceBinder.descriptor(method), List.of());
      }
      CSignature signature = CSignature.parse(declaration);
      return new Callee(
          method,
          given.isEmpty() ? signature.name() : given,
          signature.descriptor(),
          List.of(signature.options()));
    }

    MethodHandle handle(NativeFunctions functions) {
      MethodHandle call =
          functions.handle(symbol, descriptor, options.toArray(Linker.Option[]::new));
      try {
        return Marshalling.adapt(call, type(method), functions.guard());
      } catch (IllegalArgumentException | WrongMethodTypeException unfit) {
        throw new IllegalArgumentException(
            method
                + " cannot call "
                + symbol
                + ", whose C types are "
                + descriptor
                + ": "
                + unfit.getMessage()
                + ". Change the method's Java types, or the declaration in @NativeSymbol.",
            unfit);
      }
    }
  }

  /** Makes an object that implements the interface. */
  <T> T bind(MethodHandles.Lookup lookup, Class<T> type) {
    if (!type.isInterface() || type.isAnnotation() || type.isSealed() || type.isHidden()) {
      throw new IllegalArgumentException(
          type.getName() + " is not an interface that others may implement");
    }
    List<Callee> callees = abstractMethods(type).map(Callee::of).toList();
    // At once, so that an error names all that is missing.
    functions.require(callees.stream().map(Callee::symbol).distinct().toList());
    List<MethodHandle> handles = callees.stream().map(each -> each.handle(functions)).toList();
    List<Method> methods = callees.stream().map(Callee::method).toList();
    try {
      MethodHandles.Lookup hidden =
          lookup.defineHiddenClassWithClassData(classBytes(lookup, type, methods), handles, true);
      MethodHandle constructor =
          hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class));
      return type.cast(constructor.invoke());
    } catch (LinkageError | IllegalAccessException refused) {
      throw new IllegalArgumentException(
          type.getName()
              + " cannot be implemented with the given lookup: "
              + refused.getMessage()
              + ". Use MethodHandles.lookup() of a class in the interface's package.",
          refused);
    } catch (RuntimeException | Error unexpected) {
      throw unexpected;
    } catch (Throwable impossible) {
      throw new AssertionError("a class that we have written does not work", impossible);
    }
  }

  /**
   * {@return the methods that an implementation has to have} An interface may declare methods anew
   * that every object has, as {@link java.util.Comparator} does.
   */
  static Stream<Method> abstractMethods(Class<?> type) {
    return Stream.concat(Arrays.stream(type.getMethods()), Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> Modifier.isAbstract(method.getModifiers()))
        .filter(method -> !isOfObject(method))
        .distinct();
  }

  private static boolean isOfObject(Method method) {
    try {
      Object.class.getMethod(method.getName(), method.getParameterTypes());
      return true;
    } catch (NoSuchMethodException _) {
      return false;
    }
  }

  static MethodType type(Method method) {
    return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
  }

  /** {@return the C types that a method's Java types stand for} */
  static FunctionDescriptor descriptor(Method method) {
    MemoryLayout[] arguments =
        Arrays.stream(method.getParameterTypes())
            .map(type -> layout(method, type))
            .toArray(MemoryLayout[]::new);
    return method.getReturnType() == void.class
        ? FunctionDescriptor.ofVoid(arguments)
        : FunctionDescriptor.of(layout(method, method.getReturnType()), arguments);
  }

  private static MemoryLayout layout(Method method, Class<?> type) {
    MemoryLayout layout = LAYOUTS.get(type);
    if (layout == null) {
      throw new IllegalArgumentException(
          method
              + ": "
              + type.getName()
              + " has no native layout. Use a primitive type, MemorySegment or String; a structure by"
              + " value is a MemorySegment whose layout @NativeSymbol(signature = …) gives.");
    }
    return layout;
  }

  private static byte[] classBytes(
      MethodHandles.Lookup lookup, Class<?> type, List<Method> methods) {
    String packageName = lookup.lookupClass().getPackageName();
    ClassDesc self = ClassDesc.of(packageName, type.getSimpleName() + "$Bound");
    return ClassFile.of()
        .build(
            self,
            builder -> {
              builder.withInterfaceSymbols(ClassDesc.ofDescriptor(type.descriptorString()));
              addConstructor(builder);
              for (int i = 0; i < methods.size(); i++) {
                addMethod(builder, methods.get(i), i);
              }
            });
  }

  private static void addConstructor(ClassBuilder builder) {
    builder.withMethodBody(
        INIT_NAME,
        MTD_void,
        ClassFile.ACC_PUBLIC,
        code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
  }

  private static void addMethod(ClassBuilder builder, Method method, int index) {
    MethodTypeDesc type = MethodTypeDesc.ofDescriptor(type(method).descriptorString());
    DynamicConstantDesc<MethodHandle> handle =
        DynamicConstantDesc.ofNamed(BSM_CLASS_DATA_AT, DEFAULT_NAME, CD_MethodHandle, index);
    builder.withMethodBody(
        method.getName(),
        type,
        ClassFile.ACC_PUBLIC,
        code -> {
          code.ldc(handle);
          int slot = 1;
          for (ClassDesc parameter : type.parameterList()) {
            TypeKind kind = TypeKind.from(parameter);
            code.loadLocal(kind, slot);
            slot += kind.slotSize();
          }
          code.invokevirtual(CD_MethodHandle, "invokeExact", type);
          if (type.returnType().equals(CD_void)) {
            code.return_();
          } else {
            code.return_(TypeKind.from(type.returnType()));
          }
        });
  }
}
