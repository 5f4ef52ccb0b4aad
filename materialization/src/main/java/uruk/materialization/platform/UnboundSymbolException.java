package uruk.materialization.platform;

import java.util.List;

/** Linked code called a function that had been removed and whose users were left behind. */
public final class UnboundSymbolException extends NativeException {
  private static final long serialVersionUID = 1;

  private static final int STATUS_OF_LOOKUP_ERROR = 127; // of ld.so

  private final String symbol;

  UnboundSymbolException(String symbol, List<NativeFrame> nativeStack) {
    super(
        "%s was removed, but %s calls it. Add an object that defines it."
            .formatted(
                symbol, nativeStack.isEmpty() ? "linked code" : nativeStack.getFirst().toString()),
        nativeStack);
    this.symbol = symbol;
  }

  @Override
  public int status() {
    return STATUS_OF_LOOKUP_ERROR;
  }

  /** {@return the function's name} */
  public String symbol() {
    return symbol;
  }
}
