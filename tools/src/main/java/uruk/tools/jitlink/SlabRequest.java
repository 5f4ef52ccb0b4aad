package uruk.tools.jitlink;

import static uruk.tools.jitlink.JitlinkOption.NOEXEC;
import static uruk.tools.jitlink.JitlinkOption.SLAB_ADDRESS;
import static uruk.tools.jitlink.JitlinkOption.SLAB_ALLOCATE;
import static uruk.tools.jitlink.JitlinkOption.SLAB_PAGE_SIZE;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import uruk.jitlink.host.Libc;
import uruk.tools.UsageException;

/**
 * The slab options.
 *
 * @param address where the slab pretends to be; empty for anywhere
 * @param pageSize bytes of a page; empty for the host's
 */
record SlabRequest(OptionalLong address, OptionalLong pageSize) {

  /** The size of a slab only says how much is asked of the system at once; here that is nothing. */
  static Optional<SlabRequest> of(JitlinkRequest request) {
    boolean allocated = request.has(SLAB_ALLOCATE);
    if (request.has(SLAB_ADDRESS) && !(allocated && request.has(NOEXEC))) {
      throw new UsageException("-slab-address requires -slab-allocate and -noexec");
    }
    if (request.has(SLAB_PAGE_SIZE) && !allocated) {
      throw new UsageException("-slab-page-size requires -slab-allocate");
    }
    if (!allocated) {
      return Optional.empty();
    }
    checkSize(request.value(SLAB_ALLOCATE).orElseThrow());
    OptionalLong pageSize = number(request, SLAB_PAGE_SIZE);
    if (pageSize.isPresent() && Long.bitCount(pageSize.getAsLong()) != 1) {
      throw new UsageException(
          "-slab-page-size %s is not a power of two"
              .formatted(Long.toUnsignedString(pageSize.getAsLong())));
    }
    if (pageSize.isPresent() && !request.has(NOEXEC)) {
      checkHostPages(pageSize.getAsLong());
    }
    return Optional.of(new SlabRequest(number(request, SLAB_ADDRESS), pageSize));
  }

  private static void checkHostPages(long pageSize) {
    if (pageSize % Libc.pageSize() != 0) {
      throw new UsageException(
          "-slab-page-size must be a multiple of real page size for exec tests"
              + " (did you mean to use -noexec ?): %d is not one of %d"
                  .formatted(pageSize, Libc.pageSize()));
    }
  }

  Optional<String> warning() {
    return address.isPresent() && pageSize.isEmpty()
        ? Optional.of("Warning: -slab-address used without -slab-page-size.")
        : Optional.empty();
  }

  private static void checkSize(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String digits =
        lower.endsWith("kb") || lower.endsWith("mb") || lower.endsWith("gb")
            ? lower.substring(0, lower.length() - 2)
            : lower;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new UsageException(
          "Invalid numeric format for slab size: '%s' is not a number with Kb, Mb or Gb"
              .formatted(text));
    }
  }

  private static OptionalLong number(JitlinkRequest request, JitlinkOption option) {
    Optional<String> text = request.value(option);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    OptionalLong number = Numbers.parse(text.get());
    if (number.isEmpty()) {
      throw new UsageException(
          "for the -%s option: '%s' value invalid for ulong argument!"
              .formatted(option.spelling(), text.get()));
    }
    return number;
  }
}
