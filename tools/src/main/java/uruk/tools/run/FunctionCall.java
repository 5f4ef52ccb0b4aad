package uruk.tools.run;

import com.google.gson.JsonElement;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jit.CSignature;
import uruk.jit.CType;
import uruk.jit.Jit;
import uruk.jitlink.host.Libc;
import uruk.materialization.platform.NativeExitException;
import uruk.tools.ExitStatus;
import uruk.tools.UsageException;

/**
 * {@code --call}: a function with arguments from the command line.
 *
 * @param signature what the declaration says
 * @param arguments as typed
 */
record FunctionCall(CSignature signature, List<String> arguments) {

  /**
   * What came of a call.
   *
   * @param status the process's exit status: 0, or what the function gave to {@code exit}
   * @param result what it returned, as JSON; null if it returned nothing
   */
  record Outcome(int status, @Nullable JsonElement result) {}

  /**
   * {@return the call that a command line asks for}
   *
   * @throws UsageException if the declaration cannot be read or the number of arguments is wrong
   */
  static FunctionCall of(String declaration, List<String> arguments) {
    CSignature signature;
    try {
      signature = CSignature.parse(declaration);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    int wanted = signature.parameters().size();
    if (arguments.size() != wanted) {
      throw new UsageException(
          "%s takes %d argument%s, but %d %s given%s"
              .formatted(
                  signature.name(),
                  wanted,
                  wanted == 1 ? "" : "s",
                  arguments.size(),
                  arguments.size() == 1 ? "is" : "are",
                  remedy(signature, arguments.size() - wanted)));
    }
    return new FunctionCall(signature, List.copyOf(arguments));
  }

  private static String remedy(CSignature signature, int surplus) {
    if (surplus <= 0) {
      return "";
    }
    return signature.firstVariadicArgument().isPresent()
        ? ": list the types of the variadic ones behind the dots, as in f(char *, ..., int)"
        : "; options go before --call";
  }

  /**
   * Calls the function, prints its result to stdout as a line, and ends the program.
   *
   * @throws UsageException if an argument does not fit its type
   */
  Outcome run(Jit jit, PrintStream out) {
    try (Arena arena = Arena.ofShared()) {
      List<Object> values = new ArrayList<>();
      if (signature.result() instanceof CType.Structure) {
        values.add(arena);
      }
      values.addAll(values(jit, arena));
      MethodHandle function = jit.function(signature.name(), signature);
      out.flush();
      Outcome outcome;
      try {
        outcome = new Outcome(ExitStatus.SUCCESS, print(jit, call(function, values), out));
      } catch (NativeExitException exit) {
        outcome = new Outcome(exit.status(), null);
      }
      return end(jit, outcome);
    }
  }

  private static @Nullable Object call(MethodHandle function, List<Object> values) {
    try {
      return function.invokeWithArguments(values);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a native function threw a checked exception", e);
    } finally {
      Libc.flushStreams();
    }
  }

  private @Nullable JsonElement print(Jit jit, @Nullable Object value, PrintStream out) {
    if (value == null) {
      return null;
    }
    ResultReader reader = new ResultReader(jit.guard());
    out.println(reader.text(signature.result(), value));
    out.flush();
    return reader.json(signature.result(), value);
  }

  /** Exit functions and finalizers may ask for another status. */
  private static Outcome end(Jit jit, Outcome outcome) {
    try {
      jit.deinitialize();
      return outcome;
    } catch (NativeExitException exit) {
      return new Outcome(exit.status(), outcome.result());
    }
  }

  private List<Object> values(Jit jit, Arena arena) {
    ArgumentReader reader = new ArgumentReader(jit.symbols(), arena);
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      try {
        values.add(reader.value(signature.parameters().get(i), arguments.get(i)));
      } catch (IllegalArgumentException e) {
        throw new UsageException(
            "argument %d of %s, '%s': %s"
                .formatted(i + 1, signature.name(), arguments.get(i), e.getMessage()));
      }
    }
    return values;
  }
}
