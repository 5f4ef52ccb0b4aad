package uruk.jitlink.check;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A linked file t.o: one block of content, and tables of addresses. */
final class FakeContext implements CheckContext {

  static final long BASE = 0x1000;

  final Map<String, Long> symbols = new HashMap<>();
  final Map<String, Long> sections = new HashMap<>();
  final Map<String, Long> gotEntries = new HashMap<>();
  final Map<String, Long> stubs = new HashMap<>();
  byte[] content = {};
  ByteOrder byteOrder = ByteOrder.LITTLE_ENDIAN;

  @Override
  public ByteOrder byteOrder() {
    return byteOrder;
  }

  @Override
  public InstructionDecoder decoder() {
    return InstructionDecoders.X86_64;
  }

  @Override
  public OptionalLong symbolAddress(String symbol) {
    return optional(symbols.get(symbol));
  }

  @Override
  public byte[] content(long address, int limit) {
    long from = address - BASE;
    if (from < 0 || from >= content.length) {
      return new byte[0];
    }
    return Arrays.copyOfRange(content, (int) from, (int) Math.min(from + limit, content.length));
  }

  @Override
  public boolean hasFile(String file) {
    return file.equals("t.o");
  }

  @Override
  public OptionalLong sectionAddress(String file, String section) {
    return optional(sections.get(section));
  }

  @Override
  public OptionalLong gotAddress(String file, String symbol, Optional<String> kind) {
    return optional(gotEntries.get(symbol));
  }

  @Override
  public OptionalLong stubAddress(String file, String symbol, Optional<String> kind) {
    return optional(stubs.get(symbol + kind.map(k -> "/" + k).orElse("")));
  }

  private static OptionalLong optional(Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
