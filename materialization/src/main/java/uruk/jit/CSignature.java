package uruk.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.util.List;
import java.util.OptionalInt;

/**
 * A C function declaration as java.lang.foreign needs it.
 *
 * <p>Read by {@link #parse}: scalar types, {@code size_t} and the types of {@code stdint.h},
 * pointers to anything, enumerations, structures and unions by value whose members are written out
 * ({@code struct { double x, y; }}; a name that is given so may be used again behind it), arrays
 * (which are pointers as parameters), function pointers. Not: bit-fields, {@code long double} and
 * other types that Java cannot pass. {@code const} and its like are passed over. The sign of
 * integers does not matter in a call, as in Java: {@code unsigned} has the layout of its signed
 * sister. The variadic arguments that a call will pass are listed behind the dots: {@code int
 * printf(const char *, ..., int, double)}.
 *
 * @param name the function's name
 * @param result the type of its result
 * @param parameters the types of its arguments, the variadic ones included
 * @param firstVariadicArgument the index of the first variadic argument; empty if the function has
 *     none
 */
public record CSignature(
    String name, CType result, List<CType> parameters, OptionalInt firstVariadicArgument) {

  /**
   * Reads a declaration, such as {@code int add(int, int)}; a semicolon at the end may stand or
   * not.
   *
   * @throws IllegalArgumentException if it cannot be read; says where and what was expected
   */
  public static CSignature parse(String declaration) {
    return new CDeclarationParser(declaration).function();
  }

  /** {@return the layouts of result and arguments, the variadic ones included} */
  public FunctionDescriptor descriptor() {
    MemoryLayout[] arguments =
        parameters.stream().map(CType::valueLayout).toArray(MemoryLayout[]::new);
    return result instanceof CType.VoidType
        ? FunctionDescriptor.ofVoid(arguments)
        : FunctionDescriptor.of(result.valueLayout(), arguments);
  }

  /** {@return what {@link Linker#downcallHandle} must be told beside the descriptor} */
  Linker.Option[] options() {
    return firstVariadicArgument.isEmpty()
        ? new Linker.Option[0]
        : new Linker.Option[] {Linker.Option.firstVariadicArg(firstVariadicArgument.getAsInt())};
  }
}
