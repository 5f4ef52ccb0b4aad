package uruk.jitlink.graph;

/** The fixed address of an absolute symbol. */
public final class AbsoluteAddressable extends Addressable {
  AbsoluteAddressable(long address) {
    super(address);
  }
}
