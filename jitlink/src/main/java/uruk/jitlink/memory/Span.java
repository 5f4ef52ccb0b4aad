package uruk.jitlink.memory;

/**
 * A range of addresses with its run of unwind-table slots.
 *
 * @param address the first address
 * @param size in bytes
 * @param firstSlot the first of its slots; meaningless when it has none
 * @param slots how many slots
 */
record Span(long address, long size, int firstSlot, int slots) {
  /** {@return the first address behind the span} */
  long end() {
    return address + size;
  }

  /** {@return this span and the one that begins where it ends, as one} */
  Span join(Span next) {
    int first = slots == 0 ? next.firstSlot : firstSlot;
    if (slots > 0 && next.slots > 0 && firstSlot + slots != next.firstSlot) {
      throw new AssertionError("unwind slots of " + this + " and " + next + " are not neighbours");
    }
    return new Span(address, size + next.size, first, slots + next.slots);
  }
}
