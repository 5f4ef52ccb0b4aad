package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.UnsupportedObjectException;

/** An ELF relocatable object. */
public final class ElfObject {
  private ElfObject() {}

  /** See {@link ObjectFile#of(String, ByteBuffer, Targets)}. */
  public static ObjectFile of(String name, ByteBuffer content, Targets targets) {
    if (content.remaining() < 64) {
      throw new MalformedObjectException(name, "header", "too short");
    }
    throw new UnsupportedObjectException(name, "ELF", "The reader is being written.");
  }
}
