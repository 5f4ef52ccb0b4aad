package uruk.jitlink.check;

import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a check can ask of linked code. Addresses are those the code is linked for, which need not
 * be where its bytes lie now.
 */
public interface CheckContext {

  /** {@return the byte order of loads} */
  ByteOrder byteOrder();

  /** {@return the decoder for instructions of the target} */
  InstructionDecoder decoder();

  /**
   * The address of a symbol.
   *
   * @param symbol its linker-level name
   * @return its address, or empty if there is no such symbol
   */
  OptionalLong symbolAddress(String symbol);

  /**
   * The bytes that are linked for an address: zeros in zero-fill, and for an absolute symbol, which
   * has none.
   *
   * @param address where they start
   * @param limit how many are wanted
   * @return up to {@code limit} bytes, fewer where the content ends, none where there is none
   */
  byte[] content(long address, int limit);

  /**
   * Whether {@link #sectionAddress} and the others know this file.
   *
   * @param file base name of an object file
   * @return whether it took part in the link
   */
  boolean hasFile(String file);

  /**
   * The first address of a section.
   *
   * @param file base name of the object file
   * @param section its name
   * @return its address, or empty if the file has no such section
   */
  OptionalLong sectionAddress(String file, String section);

  /**
   * The address of a symbol's entry in the global offset table of a file.
   *
   * @param file base name of the object file
   * @param symbol whose entry
   * @param kind which of several entries, where a target has more than one kind
   * @return its address, or empty if there is no such entry
   */
  OptionalLong gotAddress(String file, String symbol, Optional<String> kind);

  /**
   * The address of the stub through which a file calls a symbol.
   *
   * @param file base name of the object file
   * @param symbol the callee
   * @param kind which of several stubs, where a target has more than one kind
   * @return its address, or empty if there is no such stub
   */
  OptionalLong stubAddress(String file, String symbol, Optional<String> kind);
}
