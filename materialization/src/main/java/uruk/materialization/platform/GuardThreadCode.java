package uruk.materialization.platform;

/**
 * The part of the {@linkplain GuardCode guard's code} for threads that linked code creates.
 *
 * <p>{@code createThread} stands for {@code pthread_create}, {@code createC11Thread} for {@code
 * thrd_create}: the thread gets an area, and with it a stack for signal handlers, before it runs;
 * the area's {@code CURRENT} says that no Java call is below. {@code startThread} stands for
 * libstdc++'s {@code std::thread::_M_start_thread}, which would call the C library's {@code
 * pthread_create}; it runs and deletes the {@code std::thread::_State} by its virtual functions,
 * the destructors in slots 0 and 1 and {@code _M_run} in slot 2 (Itanium C++ ABI, section 2.5.2;
 * bits/std_thread.h). {@code threadExit} gives a thread's area back.
 */
final class GuardThreadCode {
  static final String TABLE =
      """
      createThread:
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      41 56                            push r14
      41 57                            push r15
      48 89 fb                         mov rbx, rdi
      49 89 f4                         mov r12, rsi
      49 89 d5                         mov r13, rdx
      49 89 ce                         mov r14, rcx
      bf 10 00 00 00                   mov edi, 16
      ff 15 b4 09 00 00                call [rip + MALLOC]
      49 89 c7                         mov r15, rax
      b8 0b 00 00 00                   mov eax, 11
      4d 85 ff                         test r15, r15
      74 2e                            jz created
      4d 89 2f                         mov [r15], r13
      4d 89 77 08                      mov [r15 + 8], r14
      48 89 df                         mov rdi, rbx
      4c 89 e6                         mov rsi, r12
      48 8d 15 24 00 00 00             lea rdx, [rip + threadBegins]
      4c 89 f9                         mov rcx, r15
      ff 15 b2 09 00 00                call [rip + PTHREAD_CREATE]
      85 c0                            test eax, eax
      74 0d                            jz created
      89 c3                            mov ebx, eax
      4c 89 ff                         mov rdi, r15
      ff 15 83 09 00 00                call [rip + FREE]
      89 d8                            mov eax, ebx
      created:
      41 5f                            pop r15
      41 5e                            pop r14
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      c3                               ret
      threadBegins:
      53                               push rbx
      41 54                            push r12
      41 54                            push r12
      48 8b 1f                         mov rbx, [rdi]
      4c 8b 67 08                      mov r12, [rdi + 8]
      ff 15 65 09 00 00                call [rip + FREE]
      e8 82 fa ff ff                   call makeArea
      48 83 f8 ff                      cmp rax, -1
      74 07                            je beginThread
      48 c7 00 01 00 00 00             mov qword ptr [rax + CURRENT], LINKED_THREAD
      beginThread:
      4c 89 e7                         mov rdi, r12
      48 89 d8                         mov rax, rbx
      41 5c                            pop r12
      41 5c                            pop r12
      5b                               pop rbx
      ff e0                            jmp rax
      createC11Thread:
      48 89 d1                         mov rcx, rdx
      48 89 f2                         mov rdx, rsi
      31 f6                            xor esi, esi
      56                               push rsi
      e8 5c ff ff ff                   call createThread
      59                               pop rcx
      85 c0                            test eax, eax
      74 05                            jz createdC11Thread
      b8 02 00 00 00                   mov eax, 2
      createdC11Thread:
      c3                               ret
      startThread:
      53                               push rbx
      48 89 f3                         mov rbx, rsi
      48 8b 0e                         mov rcx, [rsi]
      48 8d 15 35 00 00 00             lea rdx, [rip + runState]
      31 f6                            xor esi, esi
      e8 3c ff ff ff                   call createThread
      85 c0                            test eax, eax
      75 09                            jnz notStarted
      48 c7 03 00 00 00 00             mov qword ptr [rbx], 0
      5b                               pop rbx
      c3                               ret
      notStarted:
      89 c3                            mov ebx, eax
      31 ff                            xor edi, edi
      48 8b 35 28 09 00 00             mov rsi, [rip + THROW_SYSTEM_ERROR]
      ff 15 0a 09 00 00                call [rip + DLSYM]
      89 df                            mov edi, ebx
      5b                               pop rbx
      48 85 c0                         test rax, rax
      74 02                            jz noLibrary
      ff e0                            jmp rax
      noLibrary:
      ff 25 1a 09 00 00                jmp [rip + ABORT]
      runState:
      53                               push rbx
      48 89 fb                         mov rbx, rdi
      48 8b 07                         mov rax, [rdi]
      ff 50 10                         call [rax + 16]
      48 8b 03                         mov rax, [rbx]
      48 89 df                         mov rdi, rbx
      ff 50 08                         call [rax + 8]
      31 c0                            xor eax, eax
      5b                               pop rbx
      c3                               ret
      threadExit:
      53                               push rbx
      48 89 fb                         mov rbx, rdi
      48 83 ec 20                      sub rsp, 32
      4c 8b 15 3c 08 00 00             mov r10, [rip + TPOFF]
      64 49 c7 02 00 00 00 00          mov qword ptr fs:[r10], 0
      e8 c3 f9 ff ff                   call lockAreas
      48 8d 05 00 09 00 00             lea rax, [rip + AREAS]
      nextArea:
      48 8b 08                         mov rcx, [rax]
      48 39 d9                         cmp rcx, rbx
      74 06                            je takeAreaOut
      48 8d 41 58                      lea rax, [rcx + NEXT_AREA]
      eb f2                            jmp nextArea
      takeAreaOut:
      48 8b 4b 58                      mov rcx, [rbx + NEXT_AREA]
      48 89 08                         mov [rax], rcx
      31 c0                            xor eax, eax
      48 89 05 ea 08 00 00             mov [rip + AREAS_LOCK], rax
      48 c7 04 24 00 00 00 00          mov qword ptr [rsp], 0
      48 c7 44 24 08 02 00 00 00       mov qword ptr [rsp + 8], 2
      48 c7 44 24 10 00 00 00 00       mov qword ptr [rsp + 16], 0
      48 89 e7                         mov rdi, rsp
      31 f6                            xor esi, esi
      ff 15 0d 08 00 00                call [rip + SIGALTSTACK]
      48 89 df                         mov rdi, rbx
      be 00 10 11 00                   mov esi, AREA_SIZE
      ff 15 f7 07 00 00                call [rip + MUNMAP]
      48 83 c4 20                      add rsp, 32
      5b                               pop rbx
      c3                               ret
      """;

  private GuardThreadCode() {}
}
