package uruk.jitlink.check;

import java.util.List;
import java.util.Optional;

/** One side of a rule, parsed. */
sealed interface Expression {

  record Constant(long value) implements Expression {}

  record Symbol(String name) implements Expression {}

  /** The content at an address: 1 to 8 bytes. */
  record Load(int size, Expression address) implements Expression {}

  /** Bits {@code high} to {@code low} of a value, both included. */
  record Slice(Expression value, int high, int low) implements Expression {}

  /** {@code first op operand op operand …}, from left to right, without precedence. */
  record Chain(Expression first, List<Step> steps) implements Expression {}

  record Step(Operator operator, Expression operand) {}

  /** The immediate operand of the instruction {@code offset} bytes behind a symbol. */
  record DecodeOperand(String symbol, long offset, long index) implements Expression {}

  /** The address behind the instruction at a symbol. */
  record NextPc(String symbol) implements Expression {}

  record SectionAddress(String file, String section) implements Expression {}

  record GotAddress(String file, String symbol, Optional<String> kind) implements Expression {}

  record StubAddress(String file, String symbol, Optional<String> kind) implements Expression {}

  /** Unsigned 64-bit arithmetic; a shift by 64 or more leaves nothing. */
  enum Operator {
    ADD("+"),
    SUBTRACT("-"),
    AND("&"),
    OR("|"),
    SHIFT_LEFT("<<"),
    SHIFT_RIGHT(">>");

    private final String token;

    Operator(String token) {
      this.token = token;
    }

    String token() {
      return token;
    }

    long apply(long left, long right) {
      return switch (this) {
        case ADD -> left + right;
        case SUBTRACT -> left - right;
        case AND -> left & right;
        case OR -> left | right;
        case SHIFT_LEFT -> isShiftable(right) ? left << right : 0;
        case SHIFT_RIGHT -> isShiftable(right) ? left >>> right : 0;
      };
    }

    private static boolean isShiftable(long bits) {
      return bits >= 0 && bits < Long.SIZE;
    }
  }
}
