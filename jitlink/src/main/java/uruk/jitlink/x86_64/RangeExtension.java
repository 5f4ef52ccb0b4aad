package uruk.jitlink.x86_64;

import static uruk.jitlink.x86_64.X86_64EdgeKind.BRANCH_PC_REL32;
import static uruk.jitlink.x86_64.X86_64EdgeKind.DELTA32;
import static uruk.jitlink.x86_64.X86_64EdgeKind.PC_REL32;
import static uruk.jitlink.x86_64.X86_64EdgeKind.POINTER32;
import static uruk.jitlink.x86_64.X86_64EdgeKind.POINTER32_SIGNED;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.GenericEdgeKind;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Makes one instruction reach a target that its 32 bits do not: the target's address goes into a
 * pointer, and the instruction becomes one that loads the pointer, or a jump to a thunk that does
 * what the instruction did.
 *
 * <pre>
 *   lea  f(%rip), %rax      mov pointer(%rip), %rax
 *   mov  $f, %rax           mov pointer(%rip), %rax
 *   call *f(%rip)           call thunk          thunk: mov pointer(%rip), %r11;  jmp *(%r11)
 *   add  f(%rip), %rax      jmp  thunk          thunk: lea -128(%rsp), %rsp
 *                                                      push %rsi
 *                                                      mov pointer(%rip), %rsi
 *                                                      add (%rsi), %rax
 *                                                      pop %rsi
 *                                                      lea 128(%rsp), %rsp
 *                                                      jmp back
 * </pre>
 *
 * <p>What an address is added to (base, index) is treated in the same way. Registers and flags are
 * what they would be: {@code lea} changes no flags, and steps over the red zone that functions may
 * use below the stack pointer (psABI 3.2.2). Only r11 is lost, and only where a function is called,
 * which may change it anyway.
 */
final class RangeExtension {
  private static final int SHORT_ADDRESSES = 0x67;
  private static final int LONGEST = 15;

  private static final int RSP = 4;
  private static final int RSI = 6;
  private static final int RDI = 7;
  private static final int RBX = 3;
  private static final int RCX = 1;

  private static final int LEA = 0x8d;
  private static final int MOV_LOAD = 0x8b;
  private static final int MOV_STORE = 0x89;
  private static final int MOV_IMMEDIATE = 0xc7;
  private static final int TEST_IMMEDIATE = 0xf7;
  private static final int TEST_REGISTER = 0x85;
  private static final int TEST_ACCUMULATOR = 0xa9;
  private static final int ARITHMETIC_IMMEDIATE = 0x81;
  private static final int MULTIPLY_IMMEDIATE = 0x69;
  private static final int PUSH_IMMEDIATE = 0x68;
  private static final int CALL_NEAR = 0xe8;
  private static final int JUMP_NEAR = 0xe9;
  private static final int TWO_BYTES = 0x0f;
  private static final int CONDITIONAL_JUMP = 0x80;
  private static final int GROUP_5 = 0xff;
  private static final int POP = 0x8f;
  private static final int ACCUMULATOR = 0xc0; // ModRM of rax
  private static final int BRANCH_SIZE = 5;
  private static final int LONGEST_INSTRUCTION = 15;

  // What ModRM.reg says of group 5.
  private static final int CALL = 2;
  private static final int FAR_CALL = 3;
  private static final int JUMP = 4;
  private static final int FAR_JUMP = 5;
  private static final int PUSH = 6;

  private final Block block;
  private final Edges edges;
  private final int edge;
  private final Section thunks;
  private final Section pointers;
  private final ByteBuffer code;

  private RangeExtension(Block block, int edge, Section thunks, Section pointers) {
    this.block = block;
    this.edges = block.edges();
    this.edge = edge;
    this.thunks = thunks;
    this.pointers = pointers;
    this.code = block.mutableContent();
  }

  /**
   * Extends the range of an instruction.
   *
   * @param edge the fix-up in it
   * @param start offset of an instruction before it, from which on there are only instructions
   * @return the offset of the instruction, from which on there are only instructions now, too; -1
   *     if it has a form for which there is no thunk: nothing has changed then
   */
  static int extend(Block block, int edge, int start, Section thunks, Section pointers) {
    EdgeKind kind = block.edges().kind(edge);
    if (kind != DELTA32 && kind != PC_REL32 && kind != POINTER32 && kind != POINTER32_SIGNED) {
      return -1;
    }
    RangeExtension extension = new RangeExtension(block, edge, thunks, pointers);
    Instruction instruction = extension.find(start);
    return instruction != null && extension.extend(instruction) ? instruction.start() : -1;
  }

  /**
   * {@return whether a distance is the operand of {@code call}, {@code jmp} or a conditional jump}
   * The opcode before it tells: no ModRM byte of an operand relative to the instruction pointer
   * looks like it, and among immediate operands only those of {@code sub $f, %eax} (or ecx) and
   * {@code imul}.
   *
   * @param start as for {@link #extend}
   */
  static boolean isBranch(Block block, int edge, int start) {
    ByteBuffer code = block.contentSlice();
    int field = block.edges().offset(edge);
    int last = field < 1 ? 0 : code.get(field - 1) & 0xff;
    int before = field < 2 ? 0 : code.get(field - 2) & 0xff;
    if (last == CALL_NEAR || last == JUMP_NEAR) {
      return (before != ARITHMETIC_IMMEDIATE && before != MULTIPLY_IMMEDIATE)
          || isOneByteOpcode(find(block, edge, start, code), field - 1);
    }
    return before == TWO_BYTES && last >> 4 == CONDITIONAL_JUMP >> 4;
  }

  private static boolean isOneByteOpcode(@Nullable Instruction instruction, int at) {
    return instruction != null && instruction.map() == 0 && instruction.opcode() == at;
  }

  private @Nullable Instruction find(int start) {
    return find(block, edge, start, code);
  }

  private static @Nullable Instruction find(Block block, int edge, int start, ByteBuffer code) {
    int field = block.edges().offset(edge);
    int limit = (int) Math.min(block.size(), field + (long) LONGEST);
    int at = start;
    while (true) {
      Instruction instruction = Instruction.at(code, at, limit);
      if (instruction == null || instruction.start() > field) {
        return null;
      }
      if (instruction.end() > field) {
        return instruction;
      }
      at = instruction.end();
    }
  }

  private boolean extend(Instruction instruction) {
    int field = edges.offset(edge);
    if (instruction.hasPrefix(code, SHORT_ADDRESSES)) {
      return false;
    }
    boolean pointer = edges.kind(edge) == POINTER32 || edges.kind(edge) == POINTER32_SIGNED;
    if (!pointer) {
      return instruction.modrm() >= 0
          && (code.get(instruction.modrm()) & 0xc7) == 5
          && field == instruction.displacement()
          && extendMemoryOperand(instruction);
    }
    if (field == instruction.displacement() && field < instruction.immediate()) {
      return instruction.extension() < 0 && extendIndexedOperand(instruction);
    }
    boolean onlyImmediate =
        field == instruction.immediate() && instruction.end() == field + Integer.BYTES;
    return onlyImmediate && instruction.map() == 0 && extendImmediate(instruction);
  }

  // Operands in memory ----------------------------------------------------------------------------

  private boolean extendMemoryOperand(Instruction instruction) {
    int opcode = opcode(instruction);
    if (instruction.map() == 0) {
      if (opcode == LEA && instruction.wide(code)) {
        loadInstead(instruction);
        return true;
      }
      if (opcode == GROUP_5) {
        switch (register(instruction)) {
          case CALL, JUMP -> {
            callThroughPointer(instruction);
            return true;
          }
          case FAR_CALL, FAR_JUMP -> {
            return false;
          }
          case PUSH -> {
            push(instruction, true);
            return true;
          }
          default -> {}
        }
      }
      if (opcode == POP || namesStackPointer(instruction, opcode)) {
        return false;
      }
    }
    int scratch = scratch(instruction);
    ThunkCode thunk = new ThunkCode().save(scratch).load(scratch);
    copyWithBase(instruction, scratch, thunk);
    jumpTo(instruction, thunk.restore(scratch));
    return true;
  }

  /** A register that the instruction does not name, nor use without naming it. */
  private int scratch(Instruction instruction) {
    int second = instruction.secondRegister(code);
    int first = register(instruction);
    int scratch = RSI;
    while (scratch == first || scratch == second) {
      scratch = scratch == RSI ? RDI : RBX;
    }
    return scratch;
  }

  /** The same instruction with a register that holds the address. */
  private void copyWithBase(Instruction instruction, int base, ThunkCode thunk) {
    int modrm = instruction.modrm();
    for (int i = instruction.start(); i < modrm; i++) {
      int value = code.get(i);
      if (i == instruction.rex()) {
        value &= ~3; // neither REX.X nor REX.B
      } else if (i == instruction.extension() + 1 && instruction.inverseBase(code)) {
        value |= 0x60; // the same, inverted
      }
      thunk.bytes(value);
    }
    thunk.bytes((code.get(modrm) & 0x38) | base);
    copyImmediate(instruction, thunk);
  }

  private void copyImmediate(Instruction instruction, ThunkCode thunk) {
    if (instruction.immediate() == instruction.end()) {
      return;
    }
    int immediate = edgeAt(instruction.immediate());
    if (immediate >= 0) {
      moveEdge(immediate, 0, thunk);
    }
    thunk.bytes(code, instruction.immediate(), instruction.end());
  }

  // Addresses that registers are added to ---------------------------------------------------------

  /**
   * {@code mov f(%rdx,%rcx,8), %rax}: the thunk adds what was the base to the address by {@code
   * lea}, and uses the sum as base.
   */
  private boolean extendIndexedOperand(Instruction instruction) {
    int opcode = opcode(instruction);
    boolean branchOrStack = opcode == POP || (opcode == GROUP_5 && register(instruction) >= CALL);
    if (instruction.map() == 0 && (branchOrStack || namesStackPointer(instruction, opcode))) {
      return false;
    }
    int rex = instruction.rex() < 0 ? 0 : code.get(instruction.rex());
    int modrm = code.get(instruction.modrm()) & 0xff;
    boolean hasSib = (modrm & 7) == 4;
    int sib = hasSib ? code.get(instruction.modrm() + 1) & 0xff : 0;
    int base = modrm >> 6 == 2 ? ((hasSib ? sib : modrm) & 7) | (rex & 1) << 3 : -1;
    int index = hasSib ? (sib >> 3 & 7) | (rex & 2) << 2 : RSP;
    if (base == RSP) {
      return false;
    }
    int scratch = RSI;
    while (scratch == register(instruction) || scratch == base || scratch == index) {
      scratch = scratch == RSI ? RDI : scratch == RDI ? RBX : RCX;
    }
    ThunkCode thunk = new ThunkCode().save(scratch).load(scratch);
    if (base >= 0) {
      thunk.bytes(0x48 | base >> 3 << 1, LEA, scratch << 3 | 4, (base & 7) << 3 | scratch);
    }
    for (int i = instruction.start(); i < instruction.modrm(); i++) {
      thunk.bytes(i == instruction.rex() ? code.get(i) & ~1 : code.get(i));
    }
    if (index == RSP) {
      thunk.bytes((modrm & 0x38) | scratch);
    } else {
      thunk.bytes((modrm & 0x38) | 4, (sib & 0xf8) | scratch);
    }
    copyImmediate(instruction, thunk);
    jumpTo(instruction, thunk.restore(scratch));
    return true;
  }

  /** Groups have an operation where others name a register; byte registers are never rsp. */
  private boolean namesStackPointer(Instruction instruction, int opcode) {
    boolean extended = instruction.rex() >= 0 && (code.get(instruction.rex()) & 4) != 0;
    boolean group = (opcode >= 0x80 && opcode <= 0x83) || opcode >= 0xc0;
    boolean bytes = (opcode & 1) == 0;
    return register(instruction) == RSP && !extended && !group && !bytes;
  }

  private int register(Instruction instruction) {
    return code.get(instruction.modrm()) >> 3 & 7;
  }

  private int opcode(Instruction instruction) {
    return code.get(instruction.opcode()) & 0xff;
  }

  /** {@code lea f(%rip)} → {@code mov pointer(%rip)}. */
  private void loadInstead(Instruction instruction) {
    Symbol pointer = pointer(instruction);
    code.put(instruction.opcode(), (byte) MOV_LOAD);
    edges.set(edge, DELTA32, pointer);
    edges.setAddend(edge, -Integer.BYTES);
  }

  private void callThroughPointer(Instruction instruction) {
    ThunkCode thunk = new ThunkCode();
    thunk.bytes(0x4c, 0x8b, 0x1d).pointerOperand(); // mov pointer(%rip), %r11
    thunk.bytes(0x41, 0xff, 0x23); // jmp *(%r11)
    branchTo(instruction, thunk, register(instruction) == CALL ? 0xe8 : 0xe9);
  }

  /** What is pushed goes where the stack pointer will be. */
  private void push(Instruction instruction, boolean fromMemory) {
    ThunkCode thunk = new ThunkCode();
    thunk.bytes(0x48, 0x8d, 0x64, 0x24, -ThunkCode.PUSHED); // lea -8(%rsp), %rsp
    thunk.push(RSI).load(RSI);
    if (fromMemory) {
      thunk.bytes(0x48, 0x8b, 0x36); // mov (%rsi), %rsi
    }
    thunk.bytes(0x48, 0x89, 0x74, 0x24, ThunkCode.PUSHED); // mov %rsi, 8(%rsp)
    jumpTo(instruction, thunk.pop(RSI));
  }

  // Addresses as immediate operands ---------------------------------------------------------------

  private boolean extendImmediate(Instruction instruction) {
    int opcode = opcode(instruction);
    int rexB = instruction.rex() < 0 ? 0 : code.get(instruction.rex()) & 1;
    boolean wide = instruction.wide(code);
    if (opcode >> 3 == 0xb8 >> 3 && !wide) {
      ThunkCode thunk = new ThunkCode(); // mov pointer(%rip), %reg
      thunk.bytes(0x48 | rexB << 2, MOV_LOAD, (opcode & 7) << 3 | 5).pointerOperand();
      jumpTo(instruction, thunk);
      return true;
    }
    if (opcode == PUSH_IMMEDIATE) {
      push(instruction, false);
      return true;
    }
    if (!wide) {
      return false;
    }
    boolean register = instruction.modrm() >= 0 && (code.get(instruction.modrm()) & 0xc0) == 0xc0;
    if (opcode == MOV_IMMEDIATE && register) {
      moveInstead(instruction, rexB);
      return true;
    }
    int withRegister = withRegister(instruction, opcode);
    return withRegister >= 0 && operateWithRegister(instruction, withRegister);
  }

  /** {@code mov $f, %reg} → {@code mov pointer(%rip), %reg}: seven bytes both. */
  private void moveInstead(Instruction instruction, int rexB) {
    int register = code.get(instruction.modrm()) & 7;
    code.put(instruction.rex(), (byte) (0x48 | rexB << 2));
    code.put(instruction.modrm(), (byte) (register << 3 | 5));
    loadInstead(instruction);
  }

  /** The opcode that does the same with a register for the immediate; -1 if there is none. */
  private int withRegister(Instruction instruction, int opcode) {
    if (opcode == ARITHMETIC_IMMEDIATE) {
      return register(instruction) << 3 | 1;
    }
    if (opcode == MOV_IMMEDIATE && register(instruction) == 0) {
      return MOV_STORE;
    }
    if ((opcode == TEST_IMMEDIATE && register(instruction) < 2) || opcode == TEST_ACCUMULATOR) {
      return TEST_REGISTER;
    }
    return opcode < 0x40 && (opcode & 7) == 5 ? (opcode & 0x38) | 1 : -1; // op $f, %rax
  }

  private boolean operateWithRegister(Instruction instruction, int opcode) {
    int rex = code.get(instruction.rex());
    int modrm = instruction.modrm() < 0 ? ACCUMULATOR : code.get(instruction.modrm()) & 0xff;
    int mode = modrm >> 6;
    int rm = modrm & 7;
    boolean indexed = mode != 3 && rm == 4;
    int sib = indexed ? code.get(instruction.modrm() + 1) & 0xff : 0;
    boolean onStack = indexed && (sib & 7) == RSP && (rex & 1) == 0;
    int displaced =
        instruction.displacement() == instruction.immediate()
            ? -1
            : edgeAt(instruction.displacement());
    boolean relative = mode == 0 && rm == 5;
    boolean stackPointer = mode == 3 && rm == RSP && (rex & 1) == 0;
    if (stackPointer || (displaced >= 0 && !(relative && edges.kind(displaced) == DELTA32))) {
      return false;
    }
    int scratch = RSI;
    while (uses(scratch, rex, mode, rm, indexed, sib)) {
      scratch = scratch == RSI ? RDI : RBX;
    }
    ThunkCode thunk = new ThunkCode().save(scratch).load(scratch);
    thunk.bytes(0x48 | (rex & 3), opcode, (onStack ? 2 : mode) << 6 | scratch << 3 | rm);
    if (indexed) {
      thunk.bytes(sib);
    }
    if (displaced >= 0) {
      // The immediate that stood between the displacement and the end is gone.
      moveEdge(displaced, Integer.BYTES, thunk);
    }
    if (onStack) {
      thunk.word(displacement(instruction) + ThunkCode.RED_ZONE + ThunkCode.PUSHED);
    } else {
      thunk.bytes(code, instruction.displacement(), instruction.immediate());
    }
    jumpTo(instruction, thunk.restore(scratch));
    return true;
  }

  private static boolean uses(int scratch, int rex, int mode, int rm, boolean indexed, int sib) {
    if (!indexed) {
      boolean named = mode == 3 || mode != 0 || rm != 5;
      return named && rm == scratch && (rex & 1) == 0;
    }
    boolean base = (sib & 7) == scratch && (rex & 1) == 0;
    boolean index = (sib >> 3 & 7) == scratch && (rex & 2) == 0;
    return base || index;
  }

  private int displacement(Instruction instruction) {
    return switch (instruction.immediate() - instruction.displacement()) {
      case 0 -> 0;
      case 1 -> code.get(instruction.displacement());
      default -> code.getInt(instruction.displacement());
    };
  }

  /** Edges are ordered by offset, so that others of this one's instruction are beside it. */
  private int edgeAt(int index) {
    int first = edge;
    while (first > 0 && isNear(first - 1)) {
      first--;
    }
    for (int i = first; i < edges.size() && isNear(i); i++) {
      if (edges.offset(i) == index && edges.kind(i).field().size() > 0) {
        return i;
      }
    }
    return -1;
  }

  private boolean isNear(int other) {
    return Math.abs(edges.offset(other) - edges.offset(edge)) < LONGEST_INSTRUCTION;
  }

  /** Lets a thunk have a fix-up of the instruction that it stands for. */
  private void moveEdge(int index, int shift, ThunkCode thunk) {
    Edge moved = edges.edge(index);
    thunk.edge(new Edge(moved.kind(), 0, moved.target(), moved.addend() + shift));
    edges.set(index, GenericEdgeKind.KEEP_ALIVE, moved.target());
  }

  // Graph -----------------------------------------------------------------------------------------

  /** The address that the instruction means, in memory of its own. */
  private Symbol pointer(Instruction instruction) {
    LinkGraph graph = block.section().graph();
    EdgeKind kind = edges.kind(edge);
    int toEnd = instruction.end() - edges.offset(edge);
    long addend = edges.addend(edge);
    if (kind == DELTA32) {
      addend += toEnd;
    } else if (kind == PC_REL32) {
      addend += toEnd - Integer.BYTES;
    }
    Symbol pointer = graph.target().createAnonymousPointer(pointers, edges.target(edge));
    pointer.block().edges().setAddend(0, addend);
    return pointer;
  }

  private void jumpTo(Instruction instruction, ThunkCode thunk) {
    branchTo(instruction, thunk.jump(block, instruction.end()), 0xe9);
  }

  private void branchTo(Instruction instruction, ThunkCode thunk, int opcode) {
    Symbol entry = thunk.place(thunks, pointer(instruction));
    int start = instruction.start();
    code.put(start, (byte) opcode);
    for (int i = start + BRANCH_SIZE; i < instruction.end(); i++) {
      code.put(i, (byte) 0x90); // nop
    }
    edges.set(edge, BRANCH_PC_REL32, entry);
    edges.setOffset(edge, start + 1);
    edges.setAddend(edge, 0);
  }
}
