package uruk.orc;

import org.jspecify.annotations.Nullable;

/** A look-up's place in the list of those that wait for one symbol. Guarded by the session lock. */
final class Waiter {
  final LookupOperation operation;
  final SymbolEntry entry;
  @Nullable Waiter previous;
  @Nullable Waiter next;

  Waiter(LookupOperation operation, SymbolEntry entry) {
    this.operation = operation;
    this.entry = entry;
  }
}
