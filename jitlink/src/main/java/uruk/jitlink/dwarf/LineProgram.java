package uruk.jitlink.dwarf;

/** Runs one line number program (DWARF 5, section 6.2.5). Each opcode takes a byte at least. */
final class LineProgram {
  private static final int DW_LNS_COPY = 1;
  private static final int DW_LNS_ADVANCE_PC = 2;
  private static final int DW_LNS_ADVANCE_LINE = 3;
  private static final int DW_LNS_SET_FILE = 4;
  private static final int DW_LNS_SET_COLUMN = 5;
  private static final int DW_LNS_CONST_ADD_PC = 8;
  private static final int DW_LNS_FIXED_ADVANCE_PC = 9;
  private static final int DW_LNE_END_SEQUENCE = 1;
  private static final int DW_LNE_SET_ADDRESS = 2;
  private static final int DW_LNE_DEFINE_FILE = 3;

  private final DwarfCursor program;
  private final LineProgramHeader header;
  private final LineTable.Builder rows;
  private long address;
  private long operation;
  private long file;
  private long line;
  private long column;

  private LineProgram(DwarfCursor program, LineProgramHeader header, LineTable.Builder rows) {
    this.program = program;
    this.header = header;
    this.rows = rows;
  }

  /** Adds the rows of a program to a table. */
  static void run(DwarfCursor program, LineProgramHeader header, LineTable.Builder rows) {
    new LineProgram(program, header, rows).run();
  }

  private void run() {
    reset();
    while (program.remaining() > 0) {
      int opcode = program.u1();
      if (opcode >= header.opcodeBase) {
        special(opcode);
      } else if (opcode == 0) {
        extended();
      } else {
        standard(opcode);
      }
    }
    rows.dropOpenSequence();
  }

  private void reset() {
    address = 0;
    operation = 0;
    file = 1;
    line = 1;
    column = 0;
  }

  private void special(int opcode) {
    int adjusted = opcode - header.opcodeBase;
    advance(operationAdvance(adjusted));
    line += header.lineBase + adjusted % header.lineRange;
    emit();
  }

  private int operationAdvance(int adjustedOpcode) {
    if (header.lineRange == 0) {
      throw program.malformed("special opcode with a line range of 0");
    }
    return adjustedOpcode / header.lineRange;
  }

  private void extended() {
    DwarfCursor operands = program.block(program.uleb(), "extended opcode");
    if (operands.remaining() == 0) {
      throw program.malformed("extended opcode of 0 bytes");
    }
    switch (operands.u1()) {
      case DW_LNE_END_SEQUENCE -> {
        rows.endSequence(address, header);
        reset();
      }
      case DW_LNE_SET_ADDRESS -> {
        address = operands.address(operands.remaining());
        operation = 0;
      }
      case DW_LNE_DEFINE_FILE -> header.defineFile(operands);
      default -> {} // discriminators and extensions say nothing about lines
    }
  }

  private void standard(int opcode) {
    switch (opcode) {
      case DW_LNS_COPY -> emit();
      case DW_LNS_ADVANCE_PC -> advance(program.uleb());
      case DW_LNS_ADVANCE_LINE -> line += program.sleb();
      case DW_LNS_SET_FILE -> file = program.uleb();
      case DW_LNS_SET_COLUMN -> column = program.uleb();
      case DW_LNS_CONST_ADD_PC -> advance(operationAdvance(255 - header.opcodeBase));
      case DW_LNS_FIXED_ADVANCE_PC -> {
        address += program.u2();
        operation = 0;
      }
      default -> {
        for (int operand = 0; operand < header.operandCounts[opcode]; operand++) {
          program.uleb();
        }
      }
    }
  }

  /** Advances by operations, of which a VLIW instruction has several. */
  private void advance(long operations) {
    long total = operation + operations;
    address += header.minimumInstructionLength * (total / header.maximumOperations);
    operation = total % header.maximumOperations;
  }

  private void emit() {
    rows.add(address, file, (int) line, (int) column);
  }
}
