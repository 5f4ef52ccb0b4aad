package uruk.materialization;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import uruk.jit.Jit;
import uruk.jitlink.FixupOutOfRangeException;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/** Instructions whose operand is too far away do what they would do if it were near. */
final class FarReferenceTest {
  /** Far from everything that a process has by itself. */
  private static final long FAR = 0x1000_0000_0000L;

  private static final int PAGE = 4096;

  /** Forms that code for any address uses. */
  private static final List<String> RELATIVE =
      List.of(
          "movq far(%rip), %rax",
          "movl far+4(%rip), %eax",
          "movq far+8(%rip), %rsi",
          "movq far+8(%rip), %rdi",
          "movq far+8(%rip), %r14",
          "movq %rsi, far+8(%rip)",
          "movb %dh, far+3(%rip)",
          "movb far+3(%rip), %bh",
          "movb %sil, far+3(%rip)",
          "movw $0x1234, far+2(%rip)",
          "movq $-5, far+16(%rip)",
          "movl $7, far+16(%rip)",
          "leaq far+24(%rip), %rbx; movq (%rbx), %rbx",
          "leaq far+24(%rip), %r12; movq (%r12), %r12",
          "addq far(%rip), %rcx",
          "addq %rcx, far(%rip)",
          "addq $100, far(%rip)",
          "subl $100000, far(%rip)",
          "adcq far(%rip), %rdx",
          "cmpq $0, far(%rip)",
          "cmpq %rsi, far(%rip)",
          "cmpb $17, far(%rip)",
          "testb $1, far(%rip)",
          "testq %rdi, far(%rip)",
          "incl far(%rip)",
          "negq far+8(%rip)",
          "mulq far(%rip)",
          "imulq far(%rip), %rbx",
          "imulq $1000, far(%rip), %rbx",
          "shlq %cl, far(%rip)",
          "sarq $3, far(%rip)",
          "movzbl far+1(%rip), %ecx",
          "movsbq far+1(%rip), %rcx",
          "movslq far+4(%rip), %rcx",
          "cmovcq far(%rip), %rdx",
          "setc far(%rip)",
          "xchgq %rdi, far(%rip)",
          "lock xaddq %rbx, far(%rip)",
          "lock cmpxchgq %rbx, far(%rip)",
          "lock orl $0, far(%rip)",
          "movdqa far(%rip), %xmm0",
          "movups %xmm0, far+1(%rip)",
          "addsd far(%rip), %xmm0",
          "cvtsi2sdq far(%rip), %xmm0",
          "pshufd $0x1b, far(%rip), %xmm0",
          "vpaddq far(%rip), %xmm0, %xmm0",
          "vmovdqu far(%rip), %xmm0",
          "vpalignr $5, far(%rip), %xmm0, %xmm0",
          "andnq far(%rip), %rsi, %rdx",
          "shlxq %rdi, far(%rip), %rdx",
          "crc32q far(%rip), %rbx",
          "bswap %ebx; popcntq far(%rip), %rbx",
          "movl $0x48000000, %ebx; movl far(%rip), %ecx",
          "leaq -128(%rsp), %rsp; pushq far(%rip); popq %rbx; leaq 128(%rsp), %rsp",
          "leaq -128(%rsp), %rsp; call *far+64(%rip); leaq 128(%rsp), %rsp",
          "leaq -128(%rsp), %rsp; leaq 9f(%rip), %rbx; pushq %rbx; jmp *far+64(%rip); 9: xorl %ebx, %ebx; leaq 128(%rsp), %rsp");

  /** Forms that only code for low addresses uses. */
  private static final List<String> ABSOLUTE =
      List.of(
          "movl $far+8, %eax; movq (%rax), %rax",
          "movl $far+8, %r13d; movq (%r13), %r13",
          "movq $far+8, %rbx; movq (%rbx), %rbx",
          "movq $far+8, %r12; movq (%r12), %r12",
          "movq $far+8, -16(%rsp); movq -16(%rsp), %rbx; movq (%rbx), %rbx",
          "leaq -200(%rsp), %rbx; movq $far+8, 8(%rbx); movq 8(%rbx), %rbx; movq (%rbx), %rbx",
          "xorl %edx, %edx; leaq -200(%rsp), %rsi; movq $far+8, (%rsi,%rdx,8);"
              + " movq (%rsi), %rbx; movq (%rbx), %rbx; xorl %esi, %esi",
          "movq $far+8, near(%rip); movq near(%rip), %rbx; movq (%rbx), %rbx",
          "movq $near, far+80(%rip); movq far+80(%rip), %rbx; subq $near, %rbx",
          "movabsq $far, %rax; cmpq $far, %rax; movl $0, %eax",
          "movabsq $far, %rdx; cmpq $far+8, %rdx; movl $0, %edx",
          "movq $8, %rsi; addq $far, %rsi; movq (%rsi), %rsi; testq %rsi, %rsi",
          "leaq -128(%rsp), %rsp; pushq $far+8; popq %rbx; movq (%rbx), %rbx; leaq 128(%rsp), %rsp",
          "movl $1, %esi; movq far(,%rsi,8), %rdi",
          "movl $1, %r9d; movq far(,%r9,8), %rdi",
          "movl $8, %esi; movq far(%rsi), %rdi",
          "movl $8, %r12d; movzwl far(%r12), %edi",
          "movl $8, %r13d; movl $1, %ebx; movq far(%r13,%rbx,8), %rdi",
          "movl $8, %edi; movl $1, %ebx; movq %rsi, far(%rdi,%rbx,8)",
          "movl $8, %esi; addl $5, far+4(%rsi)",
          "movl $1, %esi; cmpb $0, far(%rsi)",
          "movl $1, %ecx; shlq %cl, far(,%rcx,8)",
          "xorl %edx, %edx; movdqu far(%rdx), %xmm0",
          "movl $1, %esi; leaq far(,%rsi,8), %rdi; movq (%rdi), %rdi",
          "movq far, %rdi",
          "movl $puts, %eax; movq puts@GOTPCREL(%rip), %rcx; subq %rcx, %rax; xorl %ecx, %ecx");

  private final List<Jit> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Jit::close);
  }

  @Test
  void relativeInstructionsReachFarDataFromTheMainReserve() throws Throwable {
    assertSameNearAndFar(RELATIVE);
  }

  @Test
  void allInstructionsReachFarDataFromLowAddresses() throws Throwable {
    assertSameNearAndFar(Stream.concat(RELATIVE.stream(), ABSOLUTE.stream()).toList());
  }

  private void assertSameNearAndFar(List<String> instructions) throws Throwable {
    String source = source(instructions);
    Jit near = jit();
    near.add(Compiler.assembly("near", source + ".data\n.balign 64\nfar: .skip 128\n"));
    Jit far = jit();
    int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE;
    Libc.mmap(FAR, PAGE, Libc.PROT_READ | Libc.PROT_WRITE, flags, -1, 0);
    try {
      far.main().define(AbsoluteSymbols.of(farSymbol()));
      far.add(Compiler.assembly("far", source));
      for (int i = 0; i < instructions.size(); i++) {
        assertThat(call(far, "f" + i)).as(instructions.get(i)).isEqualTo(call(near, "f" + i));
      }
      assertThat(far.objects().verify().values()).allMatch(List::isEmpty);
    } finally {
      Libc.munmap(FAR, PAGE);
    }
  }

  private static SymbolMap farSymbol() {
    SymbolFlags flags = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.ABSOLUTE);
    return SymbolMap.builder().put("far", FAR, flags).build();
  }

  private Jit jit() {
    Jit jit = Jit.create();
    opened.add(jit);
    return jit;
  }

  private static String call(Jit jit, String function) throws Throwable {
    long address = jit.symbols().find("out").orElseThrow().address();
    jit.function(function, FunctionDescriptor.ofVoid()).invoke();
    StringBuilder text = new StringBuilder();
    for (long word : MemorySegment.ofAddress(address).reinterpret(256).toArray(JAVA_LONG)) {
      text.append(Long.toHexString(word)).append(' ');
    }
    return text.toString();
  }

  /** Each function sets all registers, runs one instruction, and writes what it finds then. */
  private static String source(List<String> instructions) {
    StringBuilder source =
        new StringBuilder(
            """
            .text
            helper: movl $4711, %ecx
              ret
            .data
            .balign 64
            .globl out
            .type out, @object
            out: .skip 256
            near: .quad 99
            .text
            """);
    for (int i = 0; i < instructions.size(); i++) {
      source.append(
          """
          .globl fNUMBER
          .type fNUMBER, @function
          fNUMBER:
            pushq %rbx
            pushq %rbp
            pushq %r12
            pushq %r13
            pushq %r14
            pushq %r15
            movabsq $far, %r11
            movabsq $0x123456789abcdef0, %rax
            movq %rax, (%r11)
            movq %rax, %xmm0
            notq %rax
            movq %rax, 8(%r11)
            rolq $7, %rax
            movq %rax, 16(%r11)
            rolq $7, %rax
            movq %rax, 24(%r11)
            leaq helper(%rip), %rax
            movq %rax, 64(%r11)
            movq $0, 80(%r11)
            movabsq $0x1111222233334444, %rax
            movl $0x55, %ebx
            movl $0x13, %ecx
            movl $0x66, %edx
            movl $0x77, %esi
            movl $0x88, %edi
            movl $0x99, %ebp
            movl $0xaa, %r12d
            movl $0xbb, %r13d
            movl $0xcc, %r14d
            movl $0, %r15d
            movq $0x777, -8(%rsp)
            movq $0x888, -128(%rsp)
            stc
            INSTRUCTION
            movq %rax, out(%rip)
            movq %rbx, out+8(%rip)
            movq %rcx, out+16(%rip)
            movq %rdx, out+24(%rip)
            movq %rsi, out+32(%rip)
            movq %rdi, out+40(%rip)
            movq %rbp, out+48(%rip)
            movq %r12, out+56(%rip)
            movq %r13, out+64(%rip)
            movq %r14, out+72(%rip)
            movq -8(%rsp), %rax
            movq %rax, out+80(%rip)
            movq -128(%rsp), %rax
            movq %rax, out+88(%rip)
            pushfq
            popq %rax
            andl $0x8d5, %eax
            movq %rax, out+96(%rip)
            movups %xmm0, out+112(%rip)
            movabsq $far, %r11
            movups (%r11), %xmm0
            movups %xmm0, out+128(%rip)
            movups 16(%r11), %xmm0
            movups %xmm0, out+144(%rip)
            popq %r15
            popq %r14
            popq %r13
            popq %r12
            popq %rbp
            popq %rbx
            ret
          .size fNUMBER, .-fNUMBER
          """
              .replace("NUMBER", Integer.toString(i))
              .replace("INSTRUCTION", instructions.get(i)));
    }
    return source.toString();
  }

  /** Hand-written functions have several entries. */
  @Test
  void branchesReachPlacesInsideOfFarFunctions() throws Throwable {
    byte[] one = {(byte) 0xb8, 1, 0, 0, 0, (byte) 0xc3}; // movl $1, %eax; ret
    byte[] two = {(byte) 0xb8, 2, 0, 0, 0, (byte) 0xc3};
    int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE;
    Libc.mmap(FAR, PAGE, Libc.PROT_READ | Libc.PROT_WRITE, flags, -1, 0);
    try {
      MemorySegment code = MemorySegment.ofAddress(FAR).reinterpret(PAGE);
      MemorySegment.copy(one, 0, code, JAVA_BYTE, 0, one.length);
      MemorySegment.copy(two, 0, code, JAVA_BYTE, 16, two.length);
      Libc.mprotect(FAR, PAGE, Libc.PROT_READ | Libc.PROT_EXEC);
      Jit jit = jit();
      jit.main().define(AbsoluteSymbols.of(farSymbol()));
      jit.add(
          Compiler.assembly(
              "branches",
              """
              .globl begin, called, jumped, branched
              begin: call far@PLT; ret
              called: call far+16; ret
              jumped: jmp far+16@PLT
              branched: xorl %eax, %eax; jz far+16; ret
              """));
      FunctionDescriptor function = FunctionDescriptor.of(JAVA_INT);

      assertThat((int) jit.function("begin", function).invoke()).isEqualTo(1);
      assertThat((int) jit.function("called", function).invoke()).isEqualTo(2);
      assertThat((int) jit.function("jumped", function).invoke()).isEqualTo(2);
      assertThat((int) jit.function("branched", function).invoke()).isEqualTo(2);
    } finally {
      Libc.munmap(FAR, PAGE);
    }
  }

  /** Behind a function's entry is that of another one. */
  @Test
  void branchesIntoFunctionsOfOtherObjectsAreRefused() throws Throwable {
    Jit jit = jit();
    String several =
        """
        .globl several, second
        .type several, @function
        .type second, @function
        several: movl $1, %eax; ret
        .balign 16
        second: movl $2, %eax; ret
        """;
    jit.add(Compiler.assembly("several", several));
    jit.add(Compiler.assembly("inside", ".globl inside\ninside: call several+16; ret\n"));
    jit.add(Compiler.assembly("named", ".globl named\nnamed: call second; ret\n"));
    FunctionDescriptor function = FunctionDescriptor.of(JAVA_INT);

    assertThat((int) jit.function("named", function).invoke()).isEqualTo(2);
    assertThatThrownBy(() -> jit.function("inside", function))
        .hasStackTraceContaining(
            "inside.o: a branch to several+16, which is inside of another object's function, is not"
                + " supported. Give that place a name");
  }

  @Test
  void formsWithoutThunkAreRefusedWithAHint() {
    Jit jit = jit();
    jit.main().define(AbsoluteSymbols.of(farSymbol()));
    jit.add(
        Compiler.assembly(
            "table",
            """
            .globl table
            .type table, @function
            table: jmp *far(,%rdi,8)
            """));

    assertThatThrownBy(() -> jit.symbols().find("table").orElseThrow())
        .rootCause()
        .isInstanceOf(FixupOutOfRangeException.class)
        .hasMessageContaining("far")
        .hasMessageContaining("-fPI");
  }

  @Test
  void nonPicCodeReachesTheProcess() throws Throwable {
    Jit jit = jit();
    jit.add(
        Compiler.c(
            "nopic",
            """
            #include <stdio.h>
            #include <stdlib.h>
            extern char **environ;
            static int less(const void *a, const void *b) { return *(int *) a - *(int *) b; }
            int (*compare)(const void *, const void *) = less;
            int table[] = {5, 3, 9};
            long streams(void) { return fileno(stdin) + 10 * fileno(stdout) + 100 * fileno(stderr); }
            long sorted(void) { qsort(table, 3, sizeof *table, compare); return table[0] * 100 + table[1] * 10 + table[2]; }
            void *home(void) { return environ; }
            """,
            "-fno-pic",
            "-O2"));
    FunctionDescriptor function = FunctionDescriptor.of(JAVA_LONG);

    assertThat((long) jit.function("streams", function).invoke()).isEqualTo(210);
    assertThat((long) jit.function("sorted", function).invoke()).isEqualTo(359);
    long environment = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "environ");
    assertThat((long) jit.function("home", function).invoke())
        .isEqualTo(MemorySegment.ofAddress(environment).reinterpret(8).get(JAVA_LONG, 0));
    assertThat(jit.symbols().find("table").orElseThrow().address()).isLessThan(1L << 31);
  }
}
