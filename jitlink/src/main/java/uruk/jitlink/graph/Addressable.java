package uruk.jitlink.graph;

/** What a symbol's address is relative to: a block, an external's address, or a fixed address. */
public abstract sealed class Addressable extends Slotted
    permits Block, ExternalAddressable, AbsoluteAddressable {
  private long address;

  Addressable(long address) {
    this.address = address;
  }

  /** {@return the address in the target process; before allocation that in the object file} */
  public final long address() {
    return address;
  }

  /** Sets the address in the target process. */
  public final void setAddress(long address) {
    this.address = address;
  }
}
