package uruk.bench.link;

import java.util.Random;

/** Assembly of the generated inputs, in GNU syntax for x86-64. */
final class AssemblySources {
  private AssemblySources() {}

  /** A name in a template that {@link Templates} replaces by another of the same length. */
  static final String OWN_NAME = "own_AAAAAAAA";

  /** The name that the template's function calls. */
  static final String OTHER_NAME = "own_BBBBBBBB";

  /** One function that returns, and nothing else. */
  static String tiny(String name) {
    return """
    .text
    .globl %1$s
    .type %1$s,@function
    %1$s:
      mov $42, %%eax
      ret
    .size %1$s, .-%1$s
    .section .note.GNU-stack,"",@progbits
    """
        .formatted(name);
  }

  /** One function with constants, a variable, a frame description and a call into the C library. */
  static String tinyWithData(String name) {
    return """
    .text
    .globl %1$s
    .type %1$s,@function
    %1$s:
      .cfi_startproc
      push %%rbx
      .cfi_adjust_cfa_offset 8
      .cfi_offset %%rbx, -16
      lea text(%%rip), %%rdi
      incl counter(%%rip)
      call strlen@PLT
      pop %%rbx
      .cfi_adjust_cfa_offset -8
      ret
      .cfi_endproc
    .size %1$s, .-%1$s
    .section .rodata
    text: .asciz "a text that the function measures"
    .data
    .p2align 2
    counter: .long 1
    .section .note.GNU-stack,"",@progbits
    """
        .formatted(name);
  }

  /** One function that calls another object's. */
  static String chained(String name, String next) {
    return """
    .text
    .globl %1$s
    .type %1$s,@function
    %1$s:
      .cfi_startproc
      sub $8, %%rsp
      .cfi_adjust_cfa_offset 8
      call %2$s@PLT
      add $8, %%rsp
      .cfi_adjust_cfa_offset -8
      ret
      .cfi_endproc
    .size %1$s, .-%1$s
    .section .note.GNU-stack,"",@progbits
    """
        .formatted(name, next);
  }

  /** As many global functions in one section, none of which refers to anything. */
  static String globals(int count) {
    StringBuilder text = new StringBuilder(".text\n");
    for (int i = 0; i < count; i++) {
      text.append(".globl global_function_").append(i);
      text.append("\n.type global_function_").append(i).append(",@function\n");
      text.append("global_function_").append(i).append(": ret\n");
    }
    return text.append(NO_EXECUTABLE_STACK).toString();
  }

  /**
   * As many relocations, half of them calls and half addresses in data, against 1,000 functions.
   */
  static String relocations(int count) {
    int functions = 1000;
    Random random = new Random(1);
    StringBuilder text = new StringBuilder(".text\n");
    for (int i = 0; i < functions; i++) {
      text.append(".globl f").append(i).append("\n.type f").append(i).append(",@function\nf");
      text.append(i).append(":\n");
      for (int j = 0; j < count / 2 / functions; j++) {
        text.append("call f").append(random.nextInt(functions)).append("@PLT\n");
      }
      text.append("ret\n");
    }
    text.append(".data\n");
    for (int i = 0; i < count / 2; i++) {
      text.append(".quad f").append(random.nextInt(functions)).append('\n');
    }
    return text.append(NO_EXECUTABLE_STACK).toString();
  }

  /** As many functions in a section each, every one calling the next and the last the first. */
  static String functionSections(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(".section .text.f").append(i).append(",\"ax\",@progbits\n.globl f").append(i);
      text.append("\n.type f").append(i).append(",@function\nf").append(i).append(":\ncall f");
      text.append((i + 1) % count).append("@PLT\nret\n");
    }
    return text.append(NO_EXECUTABLE_STACK).toString();
  }

  private static final String NO_EXECUTABLE_STACK = ".section .note.GNU-stack,\"\",@progbits\n";
}
