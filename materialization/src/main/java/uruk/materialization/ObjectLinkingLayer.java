package uruk.materialization;

import com.google.common.util.concurrent.ExecutionError;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.JITLinker;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.MemoryManager;
import uruk.orc.CommonExtent;
import uruk.orc.DefinitionGenerator;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceTracker;
import uruk.orc.SymbolDependenceGroup;

/**
 * Adds object files to dylibs, links each when one of its symbols is looked up first, and knows
 * what every one of them costs.
 *
 * <p>Thread-safe.
 */
public final class ObjectLinkingLayer {
  private final ExecutionSession session;
  private final InProcessMemoryManager memory = InProcessMemoryManager.shared();
  private volatile MemoryManager objectMemory;
  private final boolean makesEntries;
  private volatile boolean keepsFiles;
  private volatile boolean mergesMembers;
  private volatile @Nullable Executor finisher;
  private volatile @Nullable Executor memberReader;
  private final List<LinkPlugin> plugins = new CopyOnWriteArrayList<>();
  private final EntryCounts entryCounts = new EntryCounts(memory);
  private final UnboundFunctions unbound = new UnboundFunctions(entryCounts);
  private final Map<LinkedObject, ObjectFile> inFlight = new ConcurrentHashMap<>();
  private final LinkedObjects objects = new LinkedObjects(entryCounts, () -> !inFlight.isEmpty());
  private final Map<JITDylib, BindingPolicy> bindingPolicies = new ConcurrentHashMap<>();
  private final Updates updates = new Updates(this, objects);

  /** Makes a layer and registers it with the session, which it serves until the session closes. */
  public ObjectLinkingLayer(ExecutionSession session) {
    this(session, InProcessMemoryManager.shared(), true);
  }

  private ObjectLinkingLayer(
      ExecutionSession session, MemoryManager objectMemory, boolean makesEntries) {
    this.session = session;
    this.objectMemory = objectMemory;
    this.makesEntries = makesEntries;
    session.registerResourceManager(new LayerResources(objects, plugins, updates));
  }

  /**
   * {@return a layer that links as a static linker does} A function is known by its code's address;
   * branches to other objects go directly, or through stubs of the calling object. Its objects
   * cannot be replaced. For looking at links, and with a memory manager that only pretends
   * addresses also for other machines' objects, which are not run.
   *
   * @param session what the layer serves until it closes
   * @param memory where the objects go
   */
  public static ObjectLinkingLayer withoutEntries(ExecutionSession session, MemoryManager memory) {
    return new ObjectLinkingLayer(session, memory, false);
  }

  /** {@return the session} */
  public ExecutionSession session() {
    return session;
  }

  /**
   * From now on objects keep the files they are linked from for as long as the JVM has memory to
   * spare, so that crashes are reported with source lines and the names of local functions.
   */
  public void keepFiles() {
    keepsFiles = true;
  }

  /**
   * From now on the last phases of each link go to an executor: fixing up, finalizing and telling
   * the session. Other objects do not wait for them, so that the thread that links goes on with the
   * next object meanwhile. Which objects are linked, and in what order they were added, does not
   * depend on it. By default links end on the thread that found their last symbol.
   *
   * @param executor runs what it is given sooner or later, one piece after the other or at once
   */
  public void finishLinksOn(Executor executor) {
    finisher = executor;
  }

  /**
   * From now on members of archives that are added are read by an executor, so that the thread that
   * links finds their graphs ready, or reads itself what the executor has not come to. Nearly all
   * of them are linked, since somebody has asked for them. By default an object is read when it is
   * linked.
   *
   * @param executor runs what it is given sooner or later, or never; what it rejects is read when
   *     it is linked
   */
  public void readMembersAheadOn(Executor executor) {
    memberReader =
        work -> {
          try {
            executor.execute(work);
          } catch (RejectedExecutionException busy) {
            // Nothing waits for it: whoever links the member reads it.
          }
        };
  }

  /**
   * From now on members of an archive that need each other are linked as one object, as if {@code
   * ld -r} had joined them. Programs of many members start much faster. Such members are not told
   * apart any more: they are removed together, and {@link #objects()} has one object with what all
   * of them cost. By default each member is an object.
   *
   * <p>Members stay objects of their own in a dylib whose code does not search itself first, and
   * where the {@link StaticLibrary} is asked by another generator instead of being one or reads its
   * members in a way of its own.
   */
  public void mergeMembers() {
    mergesMembers = true;
  }

  /** {@return whether members of an archive that need each other are linked as one object} */
  boolean mergesMembers() {
    return mergesMembers;
  }

  /** {@return who reads members of archives ahead; null for nobody} */
  @Nullable Executor memberReader() {
    return memberReader;
  }

  /** {@return where links end; null for the thread that found their last symbol} */
  @Nullable Executor finisher() {
    return finisher;
  }

  /**
   * Chooses how the calls of a dylib's objects are bound that are linked from now on; {@link
   * BindingPolicy#STUB} at first. An object may be added with a policy of its own.
   */
  public void setBindingPolicy(JITDylib dylib, BindingPolicy policy) {
    bindingPolicies.put(dylib, policy);
  }

  BindingPolicy bindingPolicy(LinkedObject object) {
    BindingPolicy own = object.bindingPolicy();
    return own != null ? own : bindingPolicies.getOrDefault(object.dylib(), BindingPolicy.STUB);
  }

  EntryCounts entryCounts() {
    return entryCounts;
  }

  UnboundFunctions unbound() {
    return unbound;
  }

  /**
   * From now on every object gets pages of its own in this process, where debuggers can set
   * breakpoints.
   */
  public void useOwnPages() {
    objectMemory = memory.ownPages();
  }

  /** Adds a plugin, which sees the links that begin from now on. */
  public void addPlugin(LinkPlugin plugin) {
    plugins.add(plugin);
  }

  /** Removes a plugin from the links that begin from now on. */
  public void removePlugin(LinkPlugin plugin) {
    plugins.remove(plugin);
  }

  /**
   * Adds an object file under the dylib's default tracker; see {@link #add(ResourceTracker,
   * ObjectFile)}.
   */
  public LinkedObject add(JITDylib dylib, ObjectFile file) {
    return add(dylib.defaultResourceTracker(), file);
  }

  /**
   * Adds an object file to a tracker's dylib. Only its symbol table is read now.
   *
   * @return the object, not yet linked
   * @throws uruk.jitlink.LinkException if the file is malformed or not supported
   * @throws uruk.orc.OrcException if a strong definition exists already, or the tracker or dylib is
   *     defunct; nothing has been added then
   */
  public LinkedObject add(ResourceTracker tracker, ObjectFile file) {
    return add(tracker, file, null);
  }

  /**
   * Adds an object file whose calls are bound by a policy of its own; see {@link
   * #add(ResourceTracker, ObjectFile)}.
   *
   * @param policy null for that of the dylib
   */
  public LinkedObject add(
      ResourceTracker tracker, ObjectFile file, @Nullable BindingPolicy policy) {
    LinkedObject object = new LinkedObject(this, file.name(), tracker.dylib(), policy);
    define(tracker, file, object, new FutureTask<>(file::linkGraph));
    return object;
  }

  private void define(
      ResourceTracker tracker, ObjectFile file, LinkedObject object, FutureTask<LinkGraph> graph) {
    ObjectMaterializationUnit unit =
        ObjectMaterializationUnit.of(this, file, object, graph, Set.of());
    object.waitsIn(unit);
    tracker.dylib().define(unit, tracker);
  }

  /**
   * Adds a program as a static linker makes one: its files, and what they need of the archives that
   * generate definitions for the tracker's dylib, become one object, of which only what the roots
   * and initializers reach is linked ({@code --gc-sections}). Programs of many objects start much
   * faster so. In return their objects are not told apart and have members of their own, others
   * find no symbols but the roots, nothing of it can be replaced, and {@link #verify} knows only
   * its references to other objects. Names are read now, contents when it is linked: that two files
   * define a name fails the link.
   *
   * @param tracker what the object will belong to
   * @param files in the order in which their initializers run; those of archives come behind
   * @param roots what will be looked up, by this program or others; what nobody defines is left out
   * @return the object, not yet linked
   * @throws uruk.jitlink.LinkException if a file's symbol table or an archive is malformed, or a
   *     file is not supported
   * @throws uruk.orc.OrcException if a root is defined already, or the tracker or dylib is defunct
   * @throws IllegalArgumentException if there is no file, and no archive defines a root
   */
  public LinkedObject addProgram(
      ResourceTracker tracker, List<ObjectFile> files, Set<String> roots) {
    return addProgram(
        tracker, ProgramClosure.of(tracker.dylib(), memberReader).program(files, roots));
  }

  /**
   * Adds a program that has been collected, as {@link #addProgram(ResourceTracker, List, Set)} adds
   * its files. Its libraries generate definitions for the tracker's dylib from now on, behind the
   * generators that are there. What the dylib has already is found before them, as ever: then the
   * program is collected again.
   *
   * @param program to be closed when the dylib needs no more of its archives
   * @throws uruk.jitlink.LinkException as when the program was collected
   * @throws uruk.jitlink.host.HostException if a shared library cannot be opened
   * @throws uruk.orc.OrcException if a root is defined already, or the tracker or dylib is defunct
   */
  public LinkedObject addProgram(ResourceTracker tracker, Program program) {
    JITDylib dylib = tracker.dylib();
    List<DefinitionGenerator> libraries = program.generators(this);
    boolean complete = program.isCompleteIn(dylib, libraries);
    libraries.forEach(dylib::addGenerator);
    try {
      return complete
          ? addProgram(tracker, program.collected())
          : addProgram(tracker, program.files(), program.roots());
    } catch (RuntimeException | Error failure) {
      libraries.forEach(dylib::removeGenerator);
      throw failure;
    }
  }

  private LinkedObject addProgram(ResourceTracker tracker, ProgramFile program) {
    LinkedObject object = new LinkedObject(this, program.name(), tracker.dylib(), null);
    object.isProgram();
    for (DefinitionGenerator generator : tracker.dylib().generators()) {
      if (generator instanceof StaticLibrary library) {
        library.serveProgramOf(tracker.dylib());
      }
    }
    define(tracker, program, object, new FutureTask<>(program::linkGraph));
    return object;
  }

  /** Adds a member of an archive; see {@link #add(ResourceTracker, ObjectFile)}. */
  void addMember(ResourceTracker tracker, ObjectFile file) {
    LinkedObject object = new LinkedObject(this, file.name(), tracker.dylib(), null);
    object.comesFromArchive();
    FutureTask<LinkGraph> graph = new FutureTask<>(file::linkGraph);
    Executor reader = memberReader;
    if (reader != null) {
      reader.execute(graph);
    }
    define(tracker, file, object, graph);
  }

  /**
   * Adds a graph that was built by hand or by another reader; see {@link #add(ResourceTracker,
   * ObjectFile)}. The graph belongs to the layer from now on.
   */
  public LinkedObject add(ResourceTracker tracker, LinkGraph graph) {
    return add(tracker, new GraphObject(graph));
  }

  /** {@return the objects of a tracker that are linked now} */
  public List<LinkedObject> objects(ResourceTracker tracker) {
    return objects.of(tracker.key());
  }

  /** {@return all objects that are linked now, by tracker in the order of first links} */
  public List<LinkedObject> objects() {
    return objects.all();
  }

  /** {@return what the linked objects of a tracker cost} */
  public MemoryLedger ledger(ResourceTracker tracker) {
    return sum(objects(tracker));
  }

  /** {@return what all linked objects cost} */
  public MemoryLedger ledger() {
    return sum(objects());
  }

  // Who uses what ---------------------------------------------------------------------------------

  /** {@return where other linked objects refer to a symbol of a dylib; empty if it has none} */
  public List<SymbolUse> usersOf(JITDylib dylib, String symbol) {
    ExecutorSymbolDef definition = dylib.definition(symbol);
    return definition == null
        ? List.of()
        : objects.uses(Map.of(symbol, definition.address()), Set.of());
  }

  /**
   * {@return what an address belongs to: code, data or the entry of a function of an object; empty
   * if it is none} Needs no lock; an object that is removed meanwhile may or may not be found.
   */
  public Optional<SymbolPlace> findByAddress(long address) {
    return objects.find(address);
  }

  /**
   * Compares the memory of all linked objects with their fix-ups; see {@link LinkedObject#verify}.
   *
   * @return what differs, by object
   */
  public Map<LinkedObject, List<KeptFixups.Mismatch>> verify() {
    return objects.verify();
  }

  // Removal and replacement ----------------------------------------------------------------------

  /**
   * Makes an update: everything is linked aside first, then names, entries of functions and
   * references to variables are led to the new versions. On any failure nothing has changed.
   *
   * <p>Each symbol is switched by one store; between two of them a running call may meet one old
   * and one new function. Calls that run go on in the old version, whose memory is kept until it is
   * {@linkplain LinkedObject#release released} or the object removed. Updates of one layer are made
   * one after the other. Code that an update calls back into may make another one once the first is
   * done, not inside of it.
   *
   * @param what names the objects
   * @throws UpdateException if the new versions do not fit
   * @throws uruk.orc.OrcException if they cannot be linked
   * @throws uruk.jitlink.LinkException if a file is malformed or not supported
   * @throws IllegalStateException if the calling thread is in an update already, or this layer
   *     makes no entries
   */
  public Replacement update(Consumer<Update> what) {
    requireEntries();
    return updates.update(what);
  }

  private void requireEntries() {
    if (!makesEntries) {
      throw new IllegalStateException(
          "functions of a layer without entries cannot be replaced: their callers know their code");
    }
  }

  /**
   * Makes an update at a moment at which no counted call is inside of the layer's objects; see
   * {@link #update(Consumer)}.
   *
   * @throws NotQuiescentException if there was no such moment; it names who was inside
   * @throws IllegalStateException if nobody counts calls, see {@link #superviseWith}
   */
  public Replacement update(Consumer<Update> what, Quiescent when) {
    requireEntries();
    return updates.update(what, when);
  }

  /**
   * From now on what replaced versions run is found out, and their code is freed when nothing does.
   * Without this it stays until it is released. To be called before objects are added.
   */
  public void superviseWith(RunningCode running) {
    updates.superviseWith(running);
  }

  /**
   * Keeps what a roll-back needs of the last versions of each object, beside the current one: their
   * files, to link them again when their code has been freed. 1 at first.
   */
  public void keepGenerations(int count) {
    updates.keepGenerations(count);
  }

  /**
   * Frees the code of replaced versions that nothing runs, now and not some time later.
   *
   * @return the versions whose code was freed
   */
  public List<LinkedObject> reclaim() {
    return updates.reclaim();
  }

  /**
   * The host says that nothing which cannot be examined runs code that was replaced before now: a
   * thread that blocks all signals or has switched its stack, a stack that was put aside.
   */
  public void declareQuiescent() {
    updates.declareQuiescent();
  }

  /** Adds a listener that hears of updates from now on. */
  public void addListener(ReplacementListener listener) {
    updates.addListener(listener);
  }

  /** Removes a listener. */
  public void removeListener(ReplacementListener listener) {
    updates.removeListener(listener);
  }

  Updates updates() {
    return updates;
  }

  /** Tells the plugins that an object's code and data are about to go. */
  void notifyRemoving(LinkedObject object) {
    tellBackwards(plugin -> plugin.notifyRemoving(object));
  }

  /** Tells the plugins that an object's code is about to go, and its data stay. */
  void notifyFreeingCode(LinkedObject object) {
    tellBackwards(plugin -> plugin.notifyFreeingCode(object));
  }

  private void tellBackwards(Consumer<LinkPlugin> message) {
    for (LinkPlugin plugin : plugins.reversed()) {
      try {
        message.accept(plugin);
      } catch (RuntimeException | Error failure) {
        session.reportError(failure);
      }
    }
  }

  /** Has the plugins initialize objects that are about to become current. */
  void initialize(List<LinkedObject> fresh) {
    plugins.forEach(plugin -> plugin.initialize(fresh));
  }

  private static MemoryLedger sum(List<LinkedObject> objects) {
    return objects.stream()
        .map(LinkedObject::ledger)
        .reduce(MemoryLedger.EMPTY, MemoryLedger::plus);
  }

  InProcessMemoryManager memory() {
    return memory;
  }

  /** {@return where the objects go} */
  MemoryManager objectMemory() {
    return objectMemory;
  }

  /** {@return whether functions get entries, so that they can be replaced} */
  boolean makesEntries() {
    return makesEntries;
  }

  /**
   * Links an object.
   *
   * @param read the file's graph, or why it cannot be read
   */
  void link(
      ObjectFile file,
      Future<LinkGraph> read,
      LinkedObject object,
      MaterializationResponsibility responsibility,
      Map<String, CommonExtent> commons) {
    inFlight.put(object, file);
    if (keepsFiles || object.linkedAside()) {
      object.linkedFrom(file);
    }
    LinkGraph graph;
    try {
      graph = Futures.getUnchecked(read);
    } catch (UncheckedExecutionException | ExecutionError unreadable) {
      fail(object, responsibility, Objects.requireNonNull(unreadable.getCause()));
      return;
    }
    JITLinker.link(graph, new ObjectLink(this, file, object, responsibility, commons));
  }

  /** {@return the files of a dylib's objects whose links are under way} */
  List<ObjectFile> inFlight(JITDylib dylib) {
    List<ObjectFile> files = new ArrayList<>();
    inFlight.forEach((object, file) -> {
      if (object.dylib().equals(dylib)) {
        files.add(file);
      }
    });
    return files;
  }

  void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    for (LinkPlugin plugin : plugins) {
      plugin.modifyPassConfiguration(object, responsibility, graph, passes);
    }
  }

  /** Takes over a finished link: its memory belongs to the tracker from here on. */
  void emit(
      LinkedObject object,
      LinkResult result,
      MaterializationResponsibility responsibility,
      List<SymbolDependenceGroup> dependences) {
    object.linked(result);
    try {
      responsibility.withResourceKey(key -> {
        objects.attach(key, object);
        inFlight.remove(object);
        if (!object.linkedAside()) {
          unbound.bind(object, result);
        }
      });
    } catch (RuntimeException | Error defunct) {
      objects.free(object);
      fail(object, responsibility, defunct);
      return;
    }
    try {
      responsibility.withResourceKey(
          key -> plugins.forEach(plugin -> plugin.notifyEmitted(object, key)));
      responsibility.notifyEmitted(dependences);
    } catch (RuntimeException | Error failure) {
      // The memory stays with its tracker, as that of every failed symbol does.
      responsibility.failMaterialization(failure);
    }
  }

  /** A link that had begun has succeeded or failed. */
  void linkEnded(LinkedObject object) {
    unbound.unclaim(object.dylib(), objects);
  }

  void fail(LinkedObject object, MaterializationResponsibility responsibility, Throwable cause) {
    inFlight.remove(object);
    object.failed();
    for (LinkPlugin plugin : plugins) {
      try {
        plugin.notifyFailed(object, cause);
      } catch (RuntimeException | Error alsoFailed) {
        session.reportError(alsoFailed);
      }
    }
    responsibility.failMaterialization(cause);
  }
}
