package uruk.jitlink.check;

import java.nio.ByteOrder;
import java.util.OptionalLong;
import uruk.jitlink.check.DecodedInstruction.Operand;
import uruk.jitlink.check.Expression.Chain;
import uruk.jitlink.check.Expression.Constant;
import uruk.jitlink.check.Expression.DecodeOperand;
import uruk.jitlink.check.Expression.GotAddress;
import uruk.jitlink.check.Expression.Load;
import uruk.jitlink.check.Expression.NextPc;
import uruk.jitlink.check.Expression.SectionAddress;
import uruk.jitlink.check.Expression.Slice;
import uruk.jitlink.check.Expression.Step;
import uruk.jitlink.check.Expression.StubAddress;
import uruk.jitlink.check.Expression.Symbol;

/** Computes expressions. The texts of its errors are those that test scripts match. */
final class Evaluator {

  private final CheckContext context;

  Evaluator(CheckContext context) {
    this.context = context;
  }

  long value(Expression expression) throws CheckEvaluationException {
    return switch (expression) {
      case Constant constant -> constant.value();
      case Symbol symbol -> symbolAddress(symbol.name());
      case Load load -> load(value(load.address()), load.size());
      case Slice slice -> bits(value(slice.value()), slice.high(), slice.low());
      case Chain chain -> chain(chain);
      case DecodeOperand operand -> operand(operand);
      case NextPc nextPc -> nextPc(nextPc.symbol());
      case SectionAddress section -> sectionAddress(section);
      case GotAddress got ->
          found(
              context.gotAddress(got.file(), got.symbol(), got.kind()),
              got.file(),
              "no GOT entry for \"%s\"".formatted(got.symbol()));
      case StubAddress stub ->
          found(
              context.stubAddress(stub.file(), stub.symbol(), stub.kind()),
              stub.file(),
              "no stub%s for \"%s\""
                  .formatted(
                      stub.kind().map(" of kind \"%s\""::formatted).orElse(""), stub.symbol()));
    };
  }

  private long chain(Chain chain) throws CheckEvaluationException {
    long value = value(chain.first());
    for (Step step : chain.steps()) {
      value = step.operator().apply(value, value(step.operand()));
    }
    return value;
  }

  private static long bits(long value, int high, int low) {
    int width = high - low + 1;
    long mask = width == Long.SIZE ? -1 : (1L << width) - 1;
    return value >>> low & mask;
  }

  private long symbolAddress(String symbol) throws CheckEvaluationException {
    OptionalLong address = context.symbolAddress(symbol);
    if (address.isEmpty()) {
      throw new CheckEvaluationException(
          "No known address for symbol '%s'%s"
              .formatted(
                  symbol,
                  symbol.startsWith("L")
                      ? " (this appears to be an assembler local label - perhaps drop the 'L'?)"
                      : ""));
    }
    return address.getAsLong();
  }

  private long load(long address, int size) throws CheckEvaluationException {
    byte[] bytes = context.content(address, size);
    if (bytes.length < size) {
      throw new CheckEvaluationException(
          "No content for %d bytes at 0x%x: %d are there".formatted(size, address, bytes.length));
    }
    long value = 0;
    for (int i = 0; i < size; i++) {
      int from = context.byteOrder() == ByteOrder.BIG_ENDIAN ? i : size - 1 - i;
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes[from]);
    }
    return value;
  }

  private long operand(DecodeOperand expression) throws CheckEvaluationException {
    String place = place(expression.symbol(), expression.offset());
    DecodedInstruction instruction = decode(expression.symbol(), expression.offset());
    int count = instruction.operands().size();
    if (Long.compareUnsigned(expression.index(), count) >= 0) {
      throw new CheckEvaluationException(
          "Invalid operand index '%s' for instruction '%s'. Instruction has only %d operands.\nInstruction is:\n  %s"
              .formatted(Long.toUnsignedString(expression.index()), place, count, instruction));
    }
    return switch (instruction.operands().get((int) expression.index())) {
      case Operand.Immediate immediate -> immediate.value();
      case Operand.Register _ ->
          throw new CheckEvaluationException(
              "Operand '%d' of instruction '%s' is not an immediate.\nInstruction is:\n  %s"
                  .formatted(expression.index(), place, instruction));
    };
  }

  private long nextPc(String symbol) throws CheckEvaluationException {
    DecodedInstruction instruction = decode(symbol, 0);
    return symbolAddress(symbol) + instruction.size();
  }

  private DecodedInstruction decode(String symbol, long offset) throws CheckEvaluationException {
    OptionalLong address = context.symbolAddress(symbol);
    if (address.isEmpty()) {
      throw new CheckEvaluationException("Cannot decode unknown symbol '%s'".formatted(symbol));
    }
    byte[] code = context.content(address.getAsLong() + offset, InstructionDecoder.MAX_LENGTH);
    return context
        .decoder()
        .decode(code)
        .orElseThrow(() ->
            new CheckEvaluationException(
                "Couldn't decode instruction at '%s'".formatted(place(symbol, offset))));
  }

  private static String place(String symbol, long offset) {
    return offset == 0 ? symbol : symbol + "+" + Long.toUnsignedString(offset);
  }

  private long sectionAddress(SectionAddress section) throws CheckEvaluationException {
    return found(
        context.sectionAddress(section.file(), section.section()),
        section.file(),
        "no section \"%s\"".formatted(section.section()));
  }

  private long found(OptionalLong address, String file, String missing)
      throws CheckEvaluationException {
    if (!context.hasFile(file)) {
      throw new CheckEvaluationException(
          "RTDyldChecker: file \"%s\" not recognized".formatted(file));
    }
    if (address.isEmpty()) {
      throw new CheckEvaluationException(
          "RTDyldChecker: %s registered for file \"%s\"".formatted(missing, file));
    }
    return address.getAsLong();
  }
}
