package uruk.materialization;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.ArchiveMember;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupFlags;
import uruk.orc.SymbolLookupSet;

/**
 * Adds members of an archive to a dylib when one of their symbols is asked for, as a static linker
 * does. Each member has a tracker of its own, so it can be removed alone; a member that was removed
 * is added again when it is asked for again. Only look-ups of kind {@link LookupKind#STATIC} load
 * members. Weak references do so as well, for a JIT cannot tell what will be loaded later; but not
 * in a dylib of a whole program ({@link ObjectLinkingLayer#addProgram}), where a static linker does
 * not take members for them.
 *
 * <p>Thread-safe. One library may serve several dylibs; each gets members of its own.
 */
public final class StaticLibrary implements DefinitionGenerator, AutoCloseable {
  private final ObjectLinkingLayer layer;
  private final ObjectArchive archive;
  private final boolean mergeable;
  private final Object lock = new Object();
  private final Map<Loaded, ResourceTracker> loaded = new HashMap<>(); // guarded by lock
  private final Set<JITDylib> programs = new HashSet<>(); // guarded by lock

  /** A member in a dylib. */
  private record Loaded(JITDylib dylib, long offset) {
    // By hand: a record's own ones are method handles, slow until they are compiled.
    @Override
    public boolean equals(Object other) {
      return other instanceof Loaded loaded
          && loaded.offset == offset
          && loaded.dylib.equals(dylib);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(offset);
    }
  }

  private StaticLibrary(ObjectLinkingLayer layer, ObjectArchive archive, boolean mergeable) {
    this.layer = layer;
    this.archive = archive;
    this.mergeable = mergeable;
  }

  /**
   * Opens an archive. Its members are read when they are needed, so the file must stay as it is
   * until the library is closed.
   *
   * @throws uruk.jitlink.LinkException if the file is not an archive or is damaged
   */
  public static StaticLibrary open(ObjectLinkingLayer layer, Path archive) {
    return open(layer, archive, Targets.standard());
  }

  /**
   * Opens an archive of objects for other targets than those of this library; see {@link
   * #open(ObjectLinkingLayer, Path)}.
   *
   * @param targets the targets to choose from
   */
  public static StaticLibrary open(ObjectLinkingLayer layer, Path archive, Targets targets) {
    return of(layer, ObjectArchive.open(archive, targets));
  }

  /**
   * Opens an archive whose members are read in a way of one's own; see {@link
   * #open(ObjectLinkingLayer, Path)}. They are never {@linkplain ObjectLinkingLayer#mergeMembers
   * merged}.
   *
   * @param reader makes the object of a member, under any name
   */
  public static StaticLibrary open(
      ObjectLinkingLayer layer, Path archive, Function<ArchiveMember, ObjectFile> reader) {
    return new StaticLibrary(layer, ObjectArchive.open(archive, reader), false);
  }

  /** Makes a library of an archive that is open, which the library closes. */
  static StaticLibrary of(ObjectLinkingLayer layer, ObjectArchive archive) {
    return new StaticLibrary(layer, archive, true);
  }

  /** Adds every member of the archive to a dylib that has not got it already. */
  public void addAll(JITDylib dylib) {
    for (ArchiveMember member : archive.archive().members()) {
      addOnce(dylib, member);
    }
  }

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    switch (kind) {
      case STATIC -> {
        SymbolLookupSet asked = servesProgramOf(dylib) ? required(candidates) : candidates;
        if (mergeable && layer.mergesMembers() && knowsItsTurn(dylib)) {
          addMerged(dylib, asked);
        } else {
          asked.forEach((name, flags) -> {
            Optional<ArchiveMember> member = archive.memberDefining(name);
            member.ifPresent(found -> addOnce(dylib, found));
          });
        }
      }
      case DLSYM -> {}
    }
  }

  private static SymbolLookupSet required(SymbolLookupSet candidates) {
    SymbolLookupSet.Builder required = SymbolLookupSet.builder();
    candidates.forEach((name, flags) -> {
      if (flags == SymbolLookupFlags.REQUIRED_SYMBOL) {
        required.require(name);
      }
    });
    return required.build();
  }

  @Override
  public List<String> names(Predicate<String> wanted) {
    return archive.archive().symbols().stream().filter(wanted).toList();
  }

  @Override
  public boolean mayDefine(String name) {
    return defines(name);
  }

  /** {@return whether a member of the archive defines a symbol} */
  boolean defines(String symbol) {
    return archive.memberDefining(symbol).isPresent();
  }

  /** {@return the object of the member that defines a symbol, which is not added anywhere} */
  Optional<ObjectFile> objectDefining(String symbol) {
    return archive.memberDefining(symbol).map(archive::read);
  }

  private void addOnce(JITDylib dylib, ArchiveMember member) {
    ResourceTracker tracker;
    synchronized (lock) {
      if (isLoaded(dylib, member)) {
        return;
      }
      tracker = dylib.createResourceTracker();
      loaded.put(new Loaded(dylib, member.offset()), tracker);
    }
    try {
      layer.addMember(tracker, archive.read(member));
    } catch (RuntimeException | Error failure) {
      tracker.remove();
      throw failure;
    }
  }

  /** Called under the lock. */
  private boolean isLoaded(JITDylib dylib, ArchiveMember member) {
    ResourceTracker present = loaded.get(new Loaded(dylib, member.offset()));
    return present != null && !present.isDefunct();
  }

  // Merged members -------------------------------------------------------------------------------

  /**
   * {@return whether it is known who is asked before this library for what the dylib's code needs}
   */
  private boolean knowsItsTurn(JITDylib dylib) {
    SearchOrder order = dylib.linkOrder();
    return !order.isEmpty()
        && order.entries().getFirst().dylib().equals(dylib)
        && dylib.generators().contains(this);
  }

  /**
   * Adds the members that define candidates as one object, with what they need of this library, and
   * so on: all that look-ups by the members would add one by one.
   */
  private void addMerged(JITDylib dylib, SymbolLookupSet candidates) {
    Taking taking = new Taking(dylib);
    MemberClosure closure =
        new MemberClosure(taking::takeNeeded, archive::read, layer.memberReader());
    try {
      candidates.forEach((name, flags) -> taking.take(name).ifPresent(closure::add));
      closure.merged().ifPresent(merged -> layer.addMember(taking.tracker(), merged));
    } catch (RuntimeException | Error failure) {
      taking.undo();
      throw failure;
    }
  }

  /** Takes members for one dylib under one tracker. */
  private final class Taking {
    private final JITDylib dylib;
    private final List<DefinitionGenerator> askedBefore;
    private @Nullable ResourceTracker tracker;

    private Taking(JITDylib dylib) {
      this.dylib = dylib;
      this.askedBefore =
          dylib.generators().stream().takeWhile(each -> each != StaticLibrary.this).toList();
    }

    /** {@return the member that defines a name, unless the dylib has it} */
    Optional<ArchiveMember> take(String name) {
      return archive.memberDefining(name).filter(this::claim);
    }

    /**
     * {@return the member to add for what another one needs: no other definition is found first}
     * Most names are of members that have been added.
     */
    Optional<ArchiveMember> takeNeeded(String name) {
      return archive
          .memberDefining(name)
          .filter(member -> !isThere(member) && !isFoundElsewhere(name) && claim(member));
    }

    private boolean isThere(ArchiveMember member) {
      synchronized (lock) {
        return isLoaded(dylib, member);
      }
    }

    private boolean isFoundElsewhere(String name) {
      return dylib.symbolState(name) != null
          || askedBefore.stream().anyMatch(generator -> generator.mayDefine(name));
    }

    private boolean claim(ArchiveMember member) {
      synchronized (lock) {
        if (isLoaded(dylib, member)) {
          return false;
        }
        loaded.put(new Loaded(dylib, member.offset()), tracker());
        return true;
      }
    }

    ResourceTracker tracker() {
      if (tracker == null) {
        tracker = dylib.createResourceTracker();
      }
      return tracker;
    }

    void undo() {
      if (tracker != null) {
        tracker.remove();
      }
    }
  }

  // Members of whole programs ---------------------------------------------------------------------

  /** {@return whether members may be linked as one object with other files} */
  boolean mergeable() {
    return mergeable;
  }

  ObjectArchive archive() {
    return archive;
  }

  /** A whole program is added to a dylib of this library. */
  void serveProgramOf(JITDylib dylib) {
    synchronized (lock) {
      programs.add(dylib);
    }
  }

  private boolean servesProgramOf(JITDylib dylib) {
    synchronized (lock) {
      return programs.contains(dylib);
    }
  }

  /** Closes the archive. Members that are in dylibs stay; no more are added. */
  @Override
  public void close() {
    archive.close();
  }

  /** {@return the archive's path} */
  @Override
  public String toString() {
    return archive.toString();
  }
}
