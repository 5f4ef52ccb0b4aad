package uruk.materialization;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each variable of an object that is replaced: a policy for all that others can
 * name, and policies for single ones. Immutable.
 *
 * <p>Variables that are local to the file, {@code static} ones, begin anew unless they are named
 * here; their names are those of the object file's symbol table ({@code nm}), where a compiler adds
 * to the name of a variable inside of a function. A local variable can be kept only if its
 * neighbours in its section can, so compile with {@code -fdata-sections}.
 */
public final class DataPlan {
  private final DataPolicy policy;
  private final Map<String, DataPolicy> exceptions;

  private DataPlan(DataPolicy policy, Map<String, DataPolicy> exceptions) {
    this.policy = policy;
    this.exceptions = Map.copyOf(exceptions);
  }

  /** {@return one policy for all variables that others can name} */
  public static DataPlan of(DataPolicy policy) {
    return new DataPlan(policy, Map.of());
  }

  /** {@return this plan, but for some variables, which may be local to the file} */
  public DataPlan with(DataPolicy other, String... variables) {
    Map<String, DataPolicy> all = new HashMap<>(exceptions);
    for (String variable : variables) {
      all.put(variable, other);
    }
    return new DataPlan(policy, all);
  }

  /** {@return what becomes of a variable that others can name} */
  public DataPolicy policyOf(String variable) {
    return exceptions.getOrDefault(variable, policy);
  }

  /** {@return whether this variable is to be kept by its name, be it local to the file or not} */
  public boolean mustKeep(String variable) {
    @Nullable DataPolicy named = exceptions.get(variable);
    return named == DataPolicy.KEEP;
  }

  /** {@return the variables that have policies of their own} */
  Map<String, DataPolicy> exceptions() {
    return exceptions;
  }
}
