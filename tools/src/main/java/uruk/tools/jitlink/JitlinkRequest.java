package uruk.tools.jitlink;

import static uruk.tools.jitlink.JitlinkOption.ARGS;
import static uruk.tools.jitlink.JitlinkOption.HARNESS;
import static uruk.tools.jitlink.JitlinkOption.HELP;
import static uruk.tools.jitlink.JitlinkOption.NOEXEC;
import static uruk.tools.jitlink.JitlinkOption.NUM_THREADS;
import static uruk.tools.jitlink.JitlinkOption.VERSION;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.tools.UsageException;
import uruk.tools.option.Argument;
import uruk.tools.option.LlvmCommandLine;

/**
 * A command line of {@code uruk jitlink}, checked.
 *
 * @param arguments options and inputs in the order typed: it matters for some
 * @param slab the slab that was asked for
 * @param threads how many threads link; 0 if the main thread does
 */
record JitlinkRequest(
    List<Argument<JitlinkOption>> arguments, Optional<SlabRequest> slab, int threads) {

  /**
   * Reads a command line.
   *
   * @throws UsageException if it makes no sense
   * @throws uruk.tools.CommandException if it asks for what is not there yet
   */
  static JitlinkRequest of(List<String> words) {
    List<Argument<JitlinkOption>> arguments =
        LlvmCommandLine.parse(List.of(JitlinkOption.values()), words);
    JitlinkRequest unchecked = new JitlinkRequest(arguments, Optional.empty(), 0);
    if (unchecked.has(HELP) || unchecked.has(VERSION)) {
      return unchecked;
    }
    for (Argument<JitlinkOption> argument : arguments) {
      if (argument instanceof Argument.Setting<JitlinkOption> setting) {
        setting.option().checkSupported(setting.value());
      }
    }
    if (unchecked.inputs().isEmpty() && !unchecked.has(HARNESS)) {
      throw new UsageException(
          "Not enough positional command line arguments specified! Name an object or an archive");
    }
    int threads = unchecked.value(NUM_THREADS).map(JitlinkRequest::threads).orElse(0);
    return new JitlinkRequest(arguments, SlabRequest.of(unchecked), threads);
  }

  private static int threads(String text) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "for the --num-threads option: '%s' value invalid for ulong argument!".formatted(text));
    }
  }

  /** {@return what looks odd and is done nevertheless} */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    slab.flatMap(SlabRequest::warning).ifPresent(warnings::add);
    if (has(NOEXEC) && has(ARGS)) {
      warnings.add("Warning: --args passed to -noexec run will be ignored.");
    }
    return warnings;
  }

  /** {@return whether an option is given, and is not switched off by its last occurrence} */
  boolean has(JitlinkOption option) {
    return !value(option).orElse(LlvmCommandLine.OFF).equals(LlvmCommandLine.OFF);
  }

  /** {@return whether an option's last occurrence switches it off} */
  boolean switchesOff(JitlinkOption option) {
    return value(option).orElse("").equals(LlvmCommandLine.OFF);
  }

  /** {@return the value of an option's last occurrence} */
  Optional<String> value(JitlinkOption option) {
    List<String> values = values(option);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }

  /** {@return the values of all occurrences of an option, in order} */
  List<String> values(JitlinkOption option) {
    List<String> values = new ArrayList<>();
    for (Argument<JitlinkOption> argument : arguments) {
      if (argument instanceof Argument.Setting<JitlinkOption> setting
          && setting.option() == option) {
        values.add(setting.value());
      }
    }
    return values;
  }

  /** {@return the words that are no options, in order} */
  List<String> inputs() {
    List<String> inputs = new ArrayList<>();
    for (Argument<JitlinkOption> argument : arguments) {
      if (argument instanceof Argument.Operand<JitlinkOption> operand) {
        inputs.add(operand.word());
      }
    }
    return inputs;
  }
}
