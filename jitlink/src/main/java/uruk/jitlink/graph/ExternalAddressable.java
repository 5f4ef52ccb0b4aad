package uruk.jitlink.graph;

/** The address of an external symbol: 0 until the link's look-up has found it. */
public final class ExternalAddressable extends Addressable {
  private boolean finalTarget;

  ExternalAddressable() {
    super(0);
  }

  /**
   * {@return whether the address will mean the same definition as long as this graph is linked}
   * Only then may a load of the address from the global offset table become a direct reference.
   */
  public boolean finalTarget() {
    return finalTarget;
  }

  /** Sets what the look-up found. */
  public void resolve(long address, boolean finalTarget) {
    setAddress(address);
    this.finalTarget = finalTarget;
  }
}
