package uruk.tools.inspect;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import uruk.jitlink.Pass;
import uruk.jitlink.PassConfiguration;
import uruk.tools.UsageException;

/** The moments of a link at which {@code --after} can look at the graph, in their order. */
@SuppressWarnings("ImmutableEnumChecker") // the functions are accessors of a record
enum Phase {
  READ("read", PassConfiguration::prePrune, false),
  PRE_PRUNE("pre-prune", PassConfiguration::prePrune, true),
  PRUNE("prune", PassConfiguration::postPrune, false),
  POST_PRUNE("post-prune", PassConfiguration::postPrune, true),
  ALLOCATE("allocate", PassConfiguration::postAllocation, false),
  POST_ALLOCATION("post-allocation", PassConfiguration::postAllocation, true),
  LOOKUP("lookup", PassConfiguration::preFixup, false),
  PRE_FIXUP("pre-fixup", PassConfiguration::preFixup, true),
  FIXUP("fixup", PassConfiguration::postFixup, false),
  POST_FIXUP("post-fixup", PassConfiguration::postFixup, true);

  private final String word;
  private final Function<PassConfiguration, List<Pass>> passes;
  private final boolean atEnd;

  Phase(String word, Function<PassConfiguration, List<Pass>> passes, boolean atEnd) {
    this.word = word;
    this.passes = passes;
    this.atEnd = atEnd;
  }

  static Phase of(String word) {
    return Arrays.stream(values())
        .filter(phase -> phase.word.equals(word))
        .findFirst()
        .orElseThrow(
            () -> new UsageException("there is no phase '%s', only %s".formatted(word, words())));
  }

  /** {@return all phases as they are typed} */
  static String words() {
    return Arrays.stream(values()).map(phase -> phase.word).collect(Collectors.joining(", "));
  }

  /** Makes a link run a pass at the end of this phase. */
  void observe(PassConfiguration configuration, Pass observer) {
    List<Pass> list = passes.apply(configuration);
    if (atEnd) {
      list.addLast(observer);
    } else {
      list.addFirst(observer);
    }
  }

  @Override
  public String toString() {
    return word;
  }
}
