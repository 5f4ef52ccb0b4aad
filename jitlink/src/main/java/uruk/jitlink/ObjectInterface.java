package uruk.jitlink;

import java.util.List;

/**
 * What an object file defines and needs, as its symbol table says, without the cost of a graph.
 *
 * @param definitions the symbols that are visible to other objects, each name once
 * @param externals the names that the object needs from elsewhere
 * @param groups the groups that are kept or discarded as one
 * @param hasInitializers whether the object has code that must run before (or after) its users
 */
public record ObjectInterface(
    List<Definition> definitions,
    List<String> externals,
    List<Group> groups,
    boolean hasInitializers) {

  /** Copies the lists. */
  public ObjectInterface {
    definitions = List.copyOf(definitions);
    externals = List.copyOf(externals);
    groups = List.copyOf(groups);
  }

  /** How a definition came to be. */
  public enum Kind {
    /** A place in a section. */
    DEFINED,
    /** A tentative definition: memory that the linker provides, shared by all objects. */
    COMMON,
    /** A fixed address. */
    ABSOLUTE
  }

  /**
   * One definition.
   *
   * @param name the name
   * @param kind how it is defined
   * @param weak whether a strong definition wins over it
   * @param exported whether other JITDylibs may see it
   * @param callable whether it is a function
   * @param size bytes it names
   * @param alignment of a common definition; 1 otherwise
   * @param targetFlags the bits of {@link uruk.jitlink.graph.TargetFlags}
   */
  public record Definition(
      String name,
      Kind kind,
      boolean weak,
      boolean exported,
      boolean callable,
      long size,
      long alignment,
      int targetFlags) {

    /** {@return whether this is a tentative definition} */
    public boolean common() {
      return kind == Kind.COMMON;
    }
  }

  /**
   * A group that is kept or discarded as one.
   *
   * @param signature identifies the group among all objects
   * @param members names of {@link #definitions()} that are inside
   */
  public record Group(String signature, List<String> members) {

    /** Copies the list. */
    public Group {
      members = List.copyOf(members);
    }
  }
}
