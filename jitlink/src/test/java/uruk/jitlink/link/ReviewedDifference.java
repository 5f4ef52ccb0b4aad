package uruk.jitlink.link;

import java.util.Set;

/**
 * Where llvm-jitlink leaves something else in an object than we do: for some relocations only, with
 * the reason. What it leaves is known exactly, and is checked.
 */
enum ReviewedDifference {

  /**
   * System V psABI for AMD64, section B.2, allows it for every instruction with such an operand.
   */
  ARITHMETIC_WITH_IMMEDIATE(
      Set.of("R_X86_64_GOTPCRELX", "R_X86_64_REX_GOTPCRELX"),
      "cmp, test, add and so on with a table entry take the address as an immediate operand where it"
          + " fits; LLVM does so with mov, call and jmp only"),

  /** ELF for the Arm 64-bit Architecture, section 5.7.10. */
  LOAD_WITHOUT_ENTRY(
      Set.of("R_AARCH64_ADR_GOT_PAGE", "R_AARCH64_LD64_GOT_LO12_NC"),
      "a pair that loads a table entry computes the address instead where it is in reach; LLVM always"
          + " loads"),

  /** As both do on x86-64 and i386. */
  BRANCH_PAST_STUB(
      Set.of("R_AARCH64_CALL26", "R_AARCH64_JUMP26"),
      "a branch goes past a stub to a target that is in reach; LLVM always goes through the stub"),

  /** All distances from the table stay the same, so that code cannot tell. */
  TABLE_WITHOUT_ENTRIES(
      Set.of("R_386_GOTPC", "R_386_GOTOFF"),
      "a global offset table without entries is placed by us; LLVM leaves it at address 0"),

  /** Rules name entries, not addresses. */
  TABLE_ORDER(
      Set.of(
          "R_386_GOT32",
          "R_386_GOT32X",
          "R_386_PLT32",
          "R_386_GOTPC",
          "R_386_GOTOFF",
          "R_X86_64_GOTPCREL",
          "R_X86_64_GOTPCRELX",
          "R_X86_64_REX_GOTPCRELX",
          "R_X86_64_PLT32",
          "R_AARCH64_ADR_GOT_PAGE",
          "R_AARCH64_LD64_GOT_LO12_NC",
          "R_AARCH64_CALL26",
          "R_AARCH64_JUMP26"),
      "entries and stubs are in the order of the references to them; LLVM's order is that of a hash"
          + " table, which differs from run to run");

  private final Set<String> relocations;
  private final String reason;

  ReviewedDifference(Set<String> relocations, String reason) {
    this.relocations = relocations;
    this.reason = reason;
  }

  /** {@return whether the difference was reviewed for a relocation} */
  boolean concerns(String relocation) {
    return relocations.contains(relocation);
  }

  /**
   * Checks a difference against the list.
   *
   * @param relocation of the fix-up that shows the difference, by the psABI's name
   * @throws AssertionError if the difference was not reviewed for the relocation
   */
  void require(String relocation) {
    if (!concerns(relocation)) {
      throw new AssertionError(
          "%s (%s) was not reviewed for %s".formatted(this, reason, relocation));
    }
  }
}
