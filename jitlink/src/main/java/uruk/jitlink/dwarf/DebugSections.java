package uruk.jitlink.dwarf;

import java.nio.ByteBuffer;

/**
 * The sections that line tables are made of. Each buffer's bytes are those from its position to its
 * limit, in the object's byte order; a section that the object lacks is an empty buffer.
 *
 * @param object the object's name, for errors
 * @param addressSize bytes of an address: 4 or 8
 * @param line {@code .debug_line}, relocated
 * @param lineStrings {@code .debug_line_str} (DWARF 5)
 * @param strings {@code .debug_str}
 */
public record DebugSections(
    String object, int addressSize, ByteBuffer line, ByteBuffer lineStrings, ByteBuffer strings) {}
