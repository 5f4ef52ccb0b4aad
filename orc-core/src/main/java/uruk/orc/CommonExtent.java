package uruk.orc;

/**
 * How much memory a common symbol asks for.
 *
 * @param size bytes
 * @param alignment bytes, a power of two
 */
public record CommonExtent(long size, long alignment) {
  /** Checks the numbers. */
  public CommonExtent {
    if (size < 0 || Long.bitCount(alignment) != 1 || alignment < 0) {
      throw new IllegalArgumentException(
          "A common symbol has a size >= 0 and an alignment that is a power of two: %d, %d"
              .formatted(size, alignment));
    }
  }

  /** {@return the smallest extent that serves both} */
  CommonExtent max(CommonExtent other) {
    return new CommonExtent(Math.max(size, other.size), Math.max(alignment, other.alignment));
  }
}
