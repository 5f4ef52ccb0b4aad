package uruk.materialization.platform;

import uruk.jitlink.host.MachineCode;

/**
 * The signal handler that looks for words which point into given ranges, x86-64. It runs on the
 * thread that is examined, so that thread stands still meanwhile, and it waits for nobody: a thread
 * that was stopped by another one could never reach the JVM's safepoint. The left column is what is
 * executed, the right one is its assembly ({@link MachineCode}).
 *
 * <p>The signal comes with the address of the thread's <em>record</em> (sigqueue(3)), which names
 * the <em>scan</em>: the ranges looked for and the writable mappings of the process. The handler
 * looks into the registers of the interrupted code, its vector state (struct _fpstate, with the
 * size that the kernel notes behind {@code FP_XSTATE_MAGIC1}) and its stack from the red zone up to
 * the thread control block, which glibc places at the stack's end. A stack pointer elsewhere means
 * that the program has switched stacks; the record says so.
 *
 * <p>For each range the record gets the last word found that points into it.
 *
 * <p>{@code clearStack} is a function of its own. It clears the stack below its caller's frame,
 * less of it than the room that HotSpot keeps for native code there (StackShadowPages, 80 KiB).
 */
final class ThreadScanCode {
  private static final String TABLE =
      """
      SCAN = 0
      STATE = 8
      MAIN = 16
      HITS = 24
      DONE = 1
      ELSEWHERE = 2
      RANGES = 0
      RANGE_COUNT = 8
      LOW = 16
      SIZE = 24
      MAPPINGS = 32
      MAPPING_COUNT = 40
      SCAN_SIZE = 48
      INFO_CODE = 8
      INFO_VALUE = 24
      SI_QUEUE = -1
      CONTEXT_REGISTERS = 40
      CONTEXT_RSP = 160
      CONTEXT_VECTORS = 224
      VECTORS_SIZE = 512
      VECTORS_MAGIC = 464
      VECTORS_EXTENDED_SIZE = 468
      FP_XSTATE_MAGIC1 = 1179670611
      RED_ZONE = 128
      CLEARED = 32768

      handler:
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      83 7e 08 ff                      cmp dword ptr [rsi + INFO_CODE], SI_QUEUE
      0f 85 c1 00 00 00                jne leave
      48 8b 5e 18                      mov rbx, [rsi + INFO_VALUE]
      48 85 db                         test rbx, rbx
      0f 84 b4 00 00 00                jz leave
      4c 8b 23                         mov r12, [rbx + SCAN]
      4c 8b aa a0 00 00 00             mov r13, [rdx + CONTEXT_RSP]
      48 8d 7a 28                      lea rdi, [rdx + CONTEXT_REGISTERS]
      48 8d b2 e0 00 00 00             lea rsi, [rdx + CONTEXT_VECTORS]
      e8 a0 00 00 00                   call scan
      48 8b ba e0 00 00 00             mov rdi, [rdx + CONTEXT_VECTORS]
      48 85 ff                         test rdi, rdi
      74 22                            jz stack
      48 8d b7 00 02 00 00             lea rsi, [rdi + VECTORS_SIZE]
      81 bf d0 01 00 00 53 58 50 46    cmp dword ptr [rdi + VECTORS_MAGIC], FP_XSTATE_MAGIC1
      75 0a                            jne vectors
      8b 87 d4 01 00 00                mov eax, [rdi + VECTORS_EXTENDED_SIZE]
      48 8d 34 07                      lea rsi, [rdi + rax]
      vectors:
      e8 72 00 00 00                   call scan
      stack:
      49 8b 4c 24 20                   mov rcx, [r12 + MAPPINGS]
      4d 8b 44 24 28                   mov r8, [r12 + MAPPING_COUNT]
      nextMapping:
      4d 85 c0                         test r8, r8
      74 55                            jz elsewhere
      4c 3b 29                         cmp r13, [rcx]
      72 06                            jb otherMapping
      4c 3b 69 08                      cmp r13, [rcx + 8]
      72 09                            jb ownMapping
      otherMapping:
      48 83 c1 10                      add rcx, 16
      49 ff c8                         dec r8
      eb e7                            jmp nextMapping
      ownMapping:
      48 8b 71 08                      mov rsi, [rcx + 8]
      64 48 8b 04 25 00 00 00 00       mov rax, fs:[0]
      4c 39 e8                         cmp rax, r13
      72 0a                            jb withoutControlBlock
      48 39 f0                         cmp rax, rsi
      73 05                            jae withoutControlBlock
      48 89 c6                         mov rsi, rax
      eb 07                            jmp wholeStack
      withoutControlBlock:
      48 83 7b 10 00                   cmp qword ptr [rbx + MAIN], 0
      74 1e                            je elsewhere
      wholeStack:
      49 8d 7d 80                      lea rdi, [r13 - RED_ZONE]
      48 83 e7 f8                      and rdi, -8
      48 3b 39                         cmp rdi, [rcx]
      48 0f 42 39                      cmovb rdi, [rcx]
      e8 18 00 00 00                   call scan
      48 c7 43 08 01 00 00 00          mov qword ptr [rbx + STATE], DONE
      eb 08                            jmp leave
      elsewhere:
      48 c7 43 08 02 00 00 00          mov qword ptr [rbx + STATE], ELSEWHERE
      leave:
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      c3                               ret
      scan:
      48 39 f7                         cmp rdi, rsi
      73 3f                            jae scanned
      48 8b 07                         mov rax, [rdi]
      49 89 c1                         mov r9, rax
      4d 2b 4c 24 10                   sub r9, [r12 + LOW]
      4d 3b 4c 24 18                   cmp r9, [r12 + SIZE]
      73 27                            jae nextWord
      4d 8b 14 24                      mov r10, [r12 + RANGES]
      45 31 db                         xor r11d, r11d
      nextRange:
      4d 3b 5c 24 08                   cmp r11, [r12 + RANGE_COUNT]
      73 19                            jae nextWord
      49 3b 02                         cmp rax, [r10]
      72 0b                            jb otherRange
      49 3b 42 08                      cmp rax, [r10 + 8]
      77 05                            ja otherRange
      4a 89 44 db 18                   mov [rbx + r11*8 + HITS], rax
      otherRange:
      49 83 c2 10                      add r10, 16
      49 ff c3                         inc r11
      eb e0                            jmp nextRange
      nextWord:
      48 83 c7 08                      add rdi, 8
      eb bc                            jmp scan
      scanned:
      c3                               ret

      clearStack:
      48 8d bc 24 00 80 ff ff          lea rdi, [rsp - CLEARED]
      b9 00 10 00 00                   mov ecx, CLEARED / 8
      31 c0                            xor eax, eax
      f3 48 ab                         rep stosq
      c3                               ret
      """;

  private ThreadScanCode() {}

  /** {@return the handler's code} */
  static MachineCode create() {
    return new MachineCode(TABLE);
  }
}
