package uruk.tools.jitlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import uruk.jitlink.check.DecodedInstruction;
import uruk.jitlink.check.DecodedInstruction.Operand;
import uruk.jitlink.check.InstructionDecoders;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.x86_64.X86_64;
import uruk.jitlink.x86_64.X86_64EdgeKind;

/**
 * Post-prune pass of {@code -add-self-relocations}, for tests of passes that must cope with such
 * edges: operands relative to the instruction pointer that the assembler resolved become edges to
 * the function that they are in. What is linked stays the same. Only x86-64 has such operands.
 */
final class SelfRelocations {
  private static final int DISPLACEMENT_SIZE = 4;
  private static final int MAXIMUM_INSTRUCTION_SIZE = 15;

  /** ModRM with mod 0 and rm 5: a displacement from the next instruction. */
  private static final int MOD_RM_MASK = 0xc7;

  private static final int RIP_RELATIVE = 0x05;
  private static final int MARKER = 0x5a3c_c3a5;

  private final Block block;
  private final byte[] code;
  private final Set<Integer> relocated = new HashSet<>();

  private SelfRelocations(Block block) {
    this.block = block;
    this.code = block.contentCopy();
    block.edges().asList().stream().map(Edge::offset).forEach(relocated::add);
  }

  /** The pass. */
  static void add(LinkGraph graph) {
    if (!graph.target().equals(X86_64.INSTANCE)) {
      return;
    }
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.callable() && !symbol.block().zeroFill()) {
        new SelfRelocations(symbol.block()).visit(symbol);
      }
    }
  }

  private void visit(Symbol function) {
    int at = (int) function.offset();
    int end = (int) (function.offset() + function.size());
    while (at < end) {
      byte[] window = Arrays.copyOfRange(code, at, Math.min(at + MAXIMUM_INSTRUCTION_SIZE, end));
      Optional<DecodedInstruction> instruction = InstructionDecoders.X86_64.decode(window);
      if (instruction.isEmpty()) {
        return;
      }
      visit(function, at, Arrays.copyOf(window, instruction.get().size()));
      at += instruction.get().size();
    }
  }

  private void visit(Symbol function, int at, byte[] instruction) {
    for (int i = 2; i + DISPLACEMENT_SIZE <= instruction.length; i++) {
      if ((instruction[i - 1] & MOD_RM_MASK) == RIP_RELATIVE
          && isDisplacement(instruction, i)
          && relocated.add(at + i)) {
        int displacement = little(ByteBuffer.wrap(instruction)).getInt(i);
        long addend = displacement + (at + i) - function.offset();
        block.addEdge(X86_64EdgeKind.DELTA32, at + i, function, addend);
      }
    }
  }

  /** The decoder tells values, not places: another value in the right place shows up in them. */
  private static boolean isDisplacement(byte[] instruction, int at) {
    byte[] marked = instruction.clone();
    little(ByteBuffer.wrap(marked)).putInt(at, MARKER);
    List<Operand> operands =
        InstructionDecoders.X86_64
            .decode(marked)
            .map(DecodedInstruction::operands)
            .orElse(List.of());
    return operands.contains(new Operand.Immediate(MARKER));
  }

  private static ByteBuffer little(ByteBuffer bytes) {
    return bytes.order(ByteOrder.LITTLE_ENDIAN);
  }
}
