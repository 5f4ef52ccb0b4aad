package uruk.jitlink;

import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.aarch64.AArch64;
import uruk.jitlink.graph.Target;
import uruk.jitlink.i386.I386;
import uruk.jitlink.x86_64.X86_64;

/**
 * The one place that decides which target an object file is for. Immutable.
 *
 * @param all the known targets; earlier ones win
 */
public record Targets(List<Target> all) {
  private static final Targets STANDARD = new Targets(new Standard());

  /**
   * The targets of this library. Each makes its tables when it is asked for, which takes a
   * millisecond of a start; most programs need those of one.
   */
  private static final class Standard extends AbstractList<Target> {
    @Override
    public Target get(int index) {
      return switch (index) {
        case 0 -> X86_64.INSTANCE;
        case 1 -> I386.INSTANCE;
        case 2 -> AArch64.LITTLE_ENDIAN;
        case 3 -> AArch64.BIG_ENDIAN;
        default -> throw new IndexOutOfBoundsException(index);
      };
    }

    @Override
    public int size() {
      return 4;
    }
  }

  /** Copies the list. */
  public Targets {
    all = all instanceof Standard ? all : List.copyOf(all);
  }

  /** {@return the targets of this library} */
  public static Targets standard() {
    return STANDARD;
  }

  /** {@return these targets and another one, which wins over them} */
  public Targets with(Target target) {
    List<Target> extended = new ArrayList<>(all.size() + 1);
    extended.add(target);
    extended.addAll(all);
    return new Targets(extended);
  }

  /**
   * {@return the target of an ELF file, or null}
   *
   * @param machine the header's {@code e_machine}
   * @param pointerSize 4 or 8, by the file's class
   * @param byteOrder by the file's data encoding
   */
  public @Nullable Target forElf(int machine, int pointerSize, ByteOrder byteOrder) {
    for (Target target : all) {
      if (target.elfMachine() == machine
          && target.pointerSize() == pointerSize
          && target.byteOrder() == byteOrder) {
        return target;
      }
    }
    return null;
  }
}
