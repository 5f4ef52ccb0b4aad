package uruk.jitlink.host;

/**
 * Addresses from one up to, but not including, another. Those of programs are positive numbers.
 *
 * @param start the first address
 * @param end the first address behind
 */
record AddressRange(long start, long end) {
  /** {@return the number of bytes; negative or 0 for a range that is empty} */
  long size() {
    return end - start;
  }
}
