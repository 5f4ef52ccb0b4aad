package uruk.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.List;
import java.util.OptionalInt;

/**
 * A C function declaration as java.lang.foreign needs it.
 *
 * <p>Read by {@link #parse}: scalar types, {@code size_t} and the types of {@code stdint.h},
 * pointers to anything, enumerations, structures by value whose members are written out ({@code
 * struct { double x, y; }}), arrays (which are pointers as parameters), function pointers. The sign
 * of integers does not matter, as in Java: {@code unsigned} has the layout of its signed sister.
 * The variadic arguments that a call will pass are listed behind the dots: {@code int printf(const
 * char *, ..., int, double)}.
 *
 * @param name the function's name
 * @param descriptor its types, variadic ones included
 * @param firstVariadicArgument the index of the first variadic argument; empty if the function has
 *     none
 */
public record CSignature(
    String name, FunctionDescriptor descriptor, OptionalInt firstVariadicArgument) {

  /**
   * Reads a declaration, such as {@code int add(int, int)}; a semicolon at the end may stand or
   * not.
   *
   * @throws IllegalArgumentException if it cannot be read; says where and what was expected
   */
  public static CSignature parse(String declaration) {
    return new CDeclarationParser(declaration).function();
  }

  static CSignature of(
      String name, List<MemoryLayout> arguments, FunctionDescriptor result, int fixedArguments) {
    FunctionDescriptor descriptor =
        result.appendArgumentLayouts(arguments.toArray(MemoryLayout[]::new));
    return new CSignature(
        name,
        descriptor,
        fixedArguments < 0 ? OptionalInt.empty() : OptionalInt.of(fixedArguments));
  }
}
