package uruk.materialization.platform;

import uruk.jitlink.host.MachineCode;

/**
 * The machine code that stands in front of libgomp's functions which begin a team of threads,
 * x86-64. It is reached with the address of a table in r11, and with the team's size in edx, 0 for
 * as many as usual:
 *
 * <pre>
 *   REAL: the function     FORK: GOMP_parallel     MAXIMUM: omp_get_max_threads
 *   AREA: where each thread's area is, from its thread pointer     MAKE_AREA: the guard's makeArea
 * </pre>
 *
 * <p>Before a thread's first team of some size it has a team of that size {@code prepare} its
 * threads, which libgomp keeps for later teams of it; the thread's area ({@link GuardCode}) says
 * how large the last one was. No frame of this code is left when the function itself runs.
 */
final class TeamCode {
  private static final String TABLE =
      """
      REAL = 0
      FORK = 8
      MAXIMUM = 16
      AREA = 24
      MAKE_AREA = 32
      TABLE_SIZE = 40
      SAVED_TABLE = 56
      CURRENT = 0
      TEAM = 104
      LINKED_THREAD = 1

      parallel:
      55                               push rbp
      48 89 e5                         mov rbp, rsp
      57                               push rdi
      56                               push rsi
      52                               push rdx
      51                               push rcx
      41 50                            push r8
      41 51                            push r9
      41 53                            push r11
      64 ff 34 25 00 00 00 00          push qword ptr fs:[0]
      89 d0                            mov eax, edx
      85 d2                            test edx, edx
      75 0a                            jnz sized
      41 ff 53 10                      call [r11 + MAXIMUM]
      89 c0                            mov eax, eax
      4c 8b 5d c8                      mov r11, [rbp - SAVED_TABLE]
      sized:
      4d 8b 53 18                      mov r10, [r11 + AREA]
      64 4d 8b 12                      mov r10, fs:[r10]
      4d 85 d2                         test r10, r10
      74 0a                            jz fork
      49 39 42 68                      cmp [r10 + TEAM], rax
      74 16                            je prepared
      49 89 42 68                      mov [r10 + TEAM], rax
      fork:
      48 8d 3d 1b 00 00 00             lea rdi, [rip + prepare]
      48 89 e6                         mov rsi, rsp
      89 c2                            mov edx, eax
      31 c9                            xor ecx, ecx
      41 ff 53 08                      call [r11 + FORK]
      prepared:
      41 5b                            pop r11
      41 5b                            pop r11
      41 59                            pop r9
      41 58                            pop r8
      59                               pop rcx
      5a                               pop rdx
      5e                               pop rsi
      5f                               pop rdi
      5d                               pop rbp
      41 ff 23                         jmp [r11 + REAL]
      prepare:
      64 48 8b 04 25 00 00 00 00       mov rax, fs:[0]
      48 3b 07                         cmp rax, [rdi]
      74 23                            je done
      48 8b 47 08                      mov rax, [rdi + 8]
      48 8b 48 18                      mov rcx, [rax + AREA]
      64 48 8b 09                      mov rcx, fs:[rcx]
      48 85 c9                         test rcx, rcx
      75 12                            jnz done
      50                               push rax
      ff 50 20                         call [rax + MAKE_AREA]
      59                               pop rcx
      48 83 f8 ff                      cmp rax, -1
      74 07                            je done
      48 c7 00 01 00 00 00             mov qword ptr [rax + CURRENT], LINKED_THREAD
      done:
      c3                               ret
      """;

  private TeamCode() {}

  /** {@return the code} */
  static MachineCode create() {
    return new MachineCode(TABLE);
  }
}
