package uruk.jitlink.graph;

/** What a {@link SlotList} holds: it remembers its own place there, so that removal is constant. */
abstract sealed class Slotted permits Addressable, Symbol {
  static final int NOWHERE = -1;

  int slot = NOWHERE;
}
