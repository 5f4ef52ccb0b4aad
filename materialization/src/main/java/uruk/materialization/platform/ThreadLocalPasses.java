package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.FixupOutOfRangeException;
import uruk.jitlink.UnresolvedExternalException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.TargetFlags;
import uruk.jitlink.host.HostException;
import uruk.jitlink.host.ThreadLocalModule;
import uruk.jitlink.host.ThreadLocalModule.Access;
import uruk.jitlink.x86_64.X86_64EdgeKind;
import uruk.materialization.platform.ThreadLocalTemplates.Variable;

/**
 * Links one object's thread-local variables and its references to such variables (System V psABI
 * for AMD64, "Thread-Local Storage"; Drepper, section 4.4.6). The references are taken out of the
 * graph before the linker's own tables are built and fixed up after everything else: what they need
 * are not addresses but words that the process's dynamic linker gives.
 */
final class ThreadLocalPasses {
  /** The linker's own name for the begin of the object's storage. */
  private static final String MODULE_BASE = "_TLS_MODULE_BASE_";

  private static final String TABLE = "$__TLS";

  /** Bytes of storage that are worth a fixed place in case that somebody needs it. */
  private static final long SMALL = 512;

  private static final int WORD = 8;

  /** The bits of the kinds that are taken out, for {@link Edges#mayContainAny}. */
  private static final long KINDS = threadLocalKinds();

  /**
   * A place that needs a value.
   *
   * @param target the variable; null for the object's own storage
   */
  private record Reference(
      Block block, int offset, X86_64EdgeKind kind, @Nullable Symbol target, long addend) {}

  private record Slot(X86_64EdgeKind kind, @Nullable Symbol target) {
    // By hand: for a record's own ones the JDK makes some 30 classes at every start.
    @Override
    public boolean equals(Object other) {
      return other instanceof Slot slot && slot.kind == kind && slot.target == target;
    }

    @Override
    public int hashCode() {
      return 31 * kind.code() + (target == null ? 0 : target.hashCode());
    }
  }

  private record View(ThreadLocalModule module, Access access) {}

  private final List<Reference> references = new ArrayList<>();
  private final Set<Access> wanted = new HashSet<>();
  private final List<ThreadLocalModule> opened = new ArrayList<>();
  private final Map<String, ThreadLocalModule> fixedInProcess = new HashMap<>();
  private final Map<View, ThreadLocalModule> views = new HashMap<>();
  private @Nullable ThreadLocalModule own;

  private static long threadLocalKinds() {
    long bits = 0;
    for (X86_64EdgeKind kind : X86_64EdgeKind.values()) {
      bits |= kind.threadLocal() ? Edges.bit(kind) : 0;
    }
    return bits;
  }

  /** First post-prune pass: takes the references out, and makes the words they ask for. */
  void takeOut(LinkGraph graph) {
    Map<Slot, Symbol> slots = new HashMap<>();
    Set<Symbol> moduleBases = new HashSet<>();
    for (Section section : List.copyOf(graph.sections())) {
      if (section.memLifetime() != MemLifetime.NO_ALLOC && !section.name().equals(TABLE)) {
        for (Block block : section.blocks()) {
          if (block.hasEdges() && block.edges().mayContainAny(KINDS)) {
            takeOut(graph, block, slots, moduleBases);
          }
        }
      }
    }
    moduleBases.forEach(graph::removeSymbol);
  }

  private void takeOut(
      LinkGraph graph, Block block, Map<Slot, Symbol> slots, Set<Symbol> moduleBases) {
    Edges edges = block.edges();
    BitSet taken = new BitSet();
    for (int i = edges.size() - 1; i >= 0; i--) {
      if (!(edges.kind(i) instanceof X86_64EdgeKind kind) || !kind.threadLocal()) {
        continue;
      }
      Symbol target = edges.target(i);
      boolean base = target.name().equals(MODULE_BASE);
      if (base && target.external()) {
        moduleBases.add(target);
      }
      Symbol meant = base || kind == X86_64EdgeKind.REQUEST_TLS_MODULE ? null : target;
      Access access = accessOf(kind, target);
      wanted.add(access);
      if (meant != null && meant.external() && access == Access.FIXED) {
        fixInProcess(meant.name());
      }
      if (slotWords(kind) == 0) {
        references.add(new Reference(block, edges.offset(i), kind, meant, edges.addend(i)));
        taken.set(i);
      } else {
        Symbol slot =
            slots.computeIfAbsent(new Slot(kind, meant), wantedSlot -> slot(graph, wantedSlot));
        edges.set(i, X86_64EdgeKind.DELTA32, slot);
      }
    }
    if (!taken.isEmpty()) {
      edges.removeAll(taken);
    }
  }

  /**
   * Asks for a fixed distance of a variable of the process before anybody looks its name up: the
   * look-up, dlsym(3), would touch the variable, and glibc then gives no fixed place any more.
   */
  private void fixInProcess(String variable) {
    if (!fixedInProcess.containsKey(variable)) {
      try {
        ThreadLocalModule module = ThreadLocalModule.ofProcess(variable, Access.FIXED);
        opened.add(module);
        fixedInProcess.put(variable, module);
      } catch (HostException notThere) {
        // Another object defines it, or nobody: the look-up will tell.
      }
    }
  }

  /**
   * Code in the local-dynamic model asks once for the object's storage and adds distances. To
   * storage elsewhere there is one only if both are at fixed places.
   */
  private static Access accessOf(X86_64EdgeKind kind, @Nullable Symbol target) {
    return switch (kind) {
      case REQUEST_TLS_OFFSET, TLS_THREAD_OFFSET32, TLS_THREAD_OFFSET64 -> Access.FIXED;
      case REQUEST_TLS_DESCRIPTOR -> Access.DESCRIPTOR;
      case TLS_MODULE_OFFSET32, TLS_MODULE_OFFSET64 ->
          target != null && target.external() ? Access.FIXED : Access.DYNAMIC;
      default -> Access.DYNAMIC;
    };
  }

  private static int slotWords(X86_64EdgeKind kind) {
    return switch (kind) {
      case REQUEST_TLS_INDEX, REQUEST_TLS_MODULE, REQUEST_TLS_DESCRIPTOR -> 2;
      case REQUEST_TLS_OFFSET -> 1;
      default -> 0;
    };
  }

  private Symbol slot(LinkGraph graph, Slot slot) {
    Section existing = graph.findSection(TABLE);
    Section table = existing == null ? graph.createSection(TABLE, MemProt.READ) : existing;
    // A descriptor for a variable at an offset has two words and an argument of three.
    int words = slot.kind() == X86_64EdgeKind.REQUEST_TLS_DESCRIPTOR ? 5 : slotWords(slot.kind());
    Block block = graph.createMutableContentBlock(table, words * WORD, 0, WORD, 0);
    references.add(new Reference(block, 0, slot.kind(), slot.target(), 0));
    return graph.addAnonymousSymbol(block, 0, block.size(), false, true);
  }

  /** Post-allocation pass: loads the object's own variables, before anybody learns of them. */
  void loadOwn(LinkGraph graph) {
    ThreadLocalImage image = ThreadLocalImage.of(graph);
    if (image != null) {
      own = image.load(ownAccess(), mayBeFixed(graph, image));
      opened.add(own);
    }
  }

  /**
   * An object that only defines variables does not tell how others refer to them: a fixed distance
   * serves every model.
   */
  private Access ownAccess() {
    if (wanted.contains(Access.FIXED) || wanted.isEmpty()) {
      return Access.FIXED;
    }
    return wanted.contains(Access.DESCRIPTOR) ? Access.DESCRIPTOR : Access.DYNAMIC;
  }

  /**
   * To hidden variables, other objects of a library may refer in the local-dynamic model, as those
   * of Rust's do. They may be linked after a thread has got its copy, when it is too late for a
   * fixed distance.
   */
  private static boolean mayBeFixed(LinkGraph graph, ThreadLocalImage image) {
    if (image.size() > SMALL) {
      return false;
    }
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.scope() == Scope.HIDDEN && symbol.hasTargetFlag(TargetFlags.THREAD_LOCAL)) {
        return true;
      }
    }
    return false;
  }

  /** Post-fixup pass: gives the references their values. */
  void fixUp(LinkGraph graph) {
    for (Reference reference : references) {
      Variable variable = variable(graph, reference);
      ByteBuffer content = reference.block().contentSlice();
      switch (reference.kind()) {
        case REQUEST_TLS_INDEX, REQUEST_TLS_MODULE -> {
          content.putLong(0, variable.module().id());
          content.putLong(WORD, variable.offset());
        }
        case REQUEST_TLS_OFFSET -> content.putLong(0, threadOffset(graph, reference, variable));
        case REQUEST_TLS_DESCRIPTOR -> descriptor(graph, reference, content, variable);
        case TLS_MODULE_OFFSET32, TLS_MODULE_OFFSET64 ->
            store(reference, content, moduleOffset(graph, reference, variable));
        default -> store(reference, content, threadOffset(graph, reference, variable));
      }
    }
  }

  private static void store(Reference reference, ByteBuffer content, long offset) {
    long value = offset + reference.addend();
    if (!reference.kind().field().holds(value)) {
      Symbol target = reference.target();
      if (target == null) {
        throw new AssertionError("a field refers to the module: " + reference);
      }
      Edge edge = new Edge(reference.kind(), reference.offset(), target, reference.addend());
      throw new FixupOutOfRangeException(reference.block(), edge, value);
    }
    reference.kind().field().store(content, reference.offset(), value);
  }

  private long moduleOffset(LinkGraph graph, Reference reference, Variable variable) {
    ThreadLocalModule base = ownOrEmpty(graph);
    if (variable.module().equals(base)) {
      return variable.offset();
    }
    return threadOffset(graph, reference, variable) - base.threadPointerOffset();
  }

  private long threadOffset(LinkGraph graph, Reference reference, Variable variable) {
    ThreadLocalModule module = view(graph, reference, variable.module(), Access.FIXED);
    return module.threadPointerOffset() + variable.offset();
  }

  /** glibc's own descriptors, sysdeps/x86_64/dl-tlsdesc.h: the argument tells which kind. */
  private void descriptor(
      LinkGraph graph, Reference reference, ByteBuffer content, Variable variable) {
    ThreadLocalModule module = view(graph, reference, variable.module(), Access.DESCRIPTOR);
    long argument = module.descriptorArgument();
    content.putLong(0, module.descriptorFunction());
    if (argument < 0) { // a distance from the thread pointer
      content.putLong(WORD, argument + variable.offset());
      return;
    }
    // struct tlsdesc_dynamic_arg { module, offset, generation }
    long generation =
        MemorySegment.NULL.reinterpret(Long.MAX_VALUE).get(JAVA_LONG, argument + 2 * WORD);
    content.putLong(WORD, reference.block().address() + 2 * WORD);
    content.putLong(2 * WORD, module.id());
    content.putLong(3 * WORD, variable.offset());
    content.putLong(4 * WORD, generation);
  }

  /** {@return a module, or a view of it, that has the words which a reference needs} */
  private ThreadLocalModule view(
      LinkGraph graph, Reference reference, ThreadLocalModule module, Access access) {
    return module.access() == access
        ? module
        : views.computeIfAbsent(
            new View(module, access), _ -> openView(graph, reference, module, access));
  }

  private ThreadLocalModule openView(
      LinkGraph graph, Reference reference, ThreadLocalModule module, Access access) {
    try {
      ThreadLocalModule view = module.view(access);
      opened.add(view);
      return view;
    } catch (HostException refused) {
      UnsupportedObjectException unsupported =
          unsupported(
              graph,
              reference,
              "for want of a fixed place (threads have the variable elsewhere already, or there is"
                  + " no room) an initial-exec or local-dynamic reference to another object's",
              "Link the two objects together before either is used, compile the object that"
                  + " defines it with -fPIE, or this one with -fPIC -ftls-model=global-dynamic.");
      unsupported.initCause(refused);
      throw unsupported;
    }
  }

  private Variable variable(LinkGraph graph, Reference reference) {
    Symbol target = reference.target();
    if (target == null) {
      return new Variable(ownOrEmpty(graph), 0);
    }
    Variable linked = ThreadLocalTemplates.shared().find(target.address());
    if (linked != null) {
      return linked;
    }
    if (!target.external()) {
      throw unsupported(
          graph, reference, "a thread-local reference to an ordinary variable", "Recompile it.");
    }
    return ofProcess(graph, reference, target);
  }

  /** Code may ask for storage that it does not use, or from which it counts to another object's. */
  private ThreadLocalModule ownOrEmpty(LinkGraph graph) {
    ThreadLocalModule module = own;
    if (module == null) {
      Access access = wanted.contains(Access.FIXED) ? Access.FIXED : Access.DYNAMIC;
      module = ThreadLocalModule.open(graph.name(), new byte[0], 1, 1, access);
      opened.add(module);
      own = module;
    }
    return module;
  }

  private Variable ofProcess(LinkGraph graph, Reference reference, Symbol target) {
    Access access = accessOf(reference.kind(), target);
    ThreadLocalModule fixed = access == Access.FIXED ? fixedInProcess.get(target.name()) : null;
    if (fixed != null) {
      return new Variable(fixed, 0);
    }
    try {
      ThreadLocalModule module = ThreadLocalModule.ofProcess(target.name(), access);
      opened.add(module);
      return new Variable(module, module.access() == Access.DYNAMIC ? module.offset() : 0);
    } catch (HostException refused) {
      UnresolvedExternalException missing =
          new UnresolvedExternalException(graph.name(), List.of(target.name()));
      missing.initCause(refused);
      throw missing;
    }
  }

  private static UnsupportedObjectException unsupported(
      LinkGraph graph, Reference reference, String what, String remedy) {
    Symbol target = reference.target();
    String name = target == null ? "" : " " + target.name();
    return new UnsupportedObjectException(graph.name(), what + name, remedy);
  }

  /** Gives the modules back: nobody may touch the variables any more. */
  void release() {
    views.clear();
    for (ThreadLocalModule module : opened) {
      ThreadLocalTemplates.shared().remove(module);
      module.close();
    }
    opened.clear();
  }
}
