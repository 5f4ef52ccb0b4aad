package uruk.materialization.platform;

import org.jspecify.annotations.Nullable;
import uruk.jitlink.dwarf.SourceLocation;

/**
 * A place in native code.
 *
 * @param address of the instruction; in callers, of the one after the call
 * @param function the function's name as linkers know it; null if unknown
 * @param offset bytes from the function's begin; from the module's begin if there is no function
 * @param object the object file or the process's library; null if unknown
 * @param source file and line; null if unknown
 * @param linked whether it is code that we linked; otherwise it is the process's
 */
public record NativeFrame(
    long address,
    @Nullable String function,
    long offset,
    @Nullable String object,
    @Nullable SourceLocation source,
    boolean linked) {

  /** {@return {@code function+0x12 (object, file.c:3)} as far as known} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (function != null) {
      text.append(function).append("+0x").append(Long.toHexString(offset));
    } else {
      text.append("0x").append(Long.toHexString(address));
    }
    if (object != null) {
      text.append(" (").append(object);
      if (source != null) {
        text.append(", ").append(source);
      }
      text.append(')');
    }
    return text.toString();
  }
}
