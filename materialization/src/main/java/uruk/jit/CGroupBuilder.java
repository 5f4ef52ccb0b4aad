package uruk.jit;

import java.lang.foreign.MemoryLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lays the members of a structure or union out at their natural alignment, as our ABIs do. */
final class CGroupBuilder {
  private final boolean union;
  private final List<CType.Member> members = new ArrayList<>();
  private final List<MemoryLayout> elements = new ArrayList<>();
  private long size;
  private long alignment = 1;

  CGroupBuilder(boolean union) {
    this.union = union;
  }

  /** Adds a member, unless the group is too large then; returns whether it has. */
  boolean add(@Nullable String name, CType type) {
    MemoryLayout layout = type.valueLayout();
    if (size + layout.byteSize() > Integer.MAX_VALUE) {
      return false;
    }
    alignment = Math.max(alignment, layout.byteAlignment());
    MemoryLayout element = name == null ? layout : layout.withName(name);
    String memberName = name == null ? "" : name;
    if (union) {
      members.add(new CType.Member(memberName, 0, withoutText(type)));
      elements.add(element);
      size = Math.max(size, layout.byteSize());
    } else {
      pad(layout.byteAlignment());
      members.add(new CType.Member(memberName, size, type));
      elements.add(element);
      size += layout.byteSize();
    }
    return true;
  }

  /** Which member of a union holds is unknown, so nobody may follow its pointers. */
  private static CType withoutText(CType type) {
    return type instanceof CType.Pointer ? new CType.Pointer(false) : type;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  CType.Structure build() {
    if (!union) {
      pad(alignment);
      return new CType.Structure(
          List.copyOf(members), MemoryLayout.structLayout(elements.toArray(MemoryLayout[]::new)));
    }
    if (-size % alignment != 0) {
      elements.add(MemoryLayout.paddingLayout(size + (-size & alignment - 1)));
    }
    return new CType.Structure(
        List.copyOf(members), MemoryLayout.unionLayout(elements.toArray(MemoryLayout[]::new)));
  }

  private void pad(long boundary) {
    long padding = -size & boundary - 1;
    if (padding > 0) {
      elements.add(MemoryLayout.paddingLayout(padding));
      size += padding;
    }
  }
}
