package uruk.materialization.platform;

import uruk.jitlink.host.MachineCode;

/**
 * The machine code that takes down what is to run at exit, x86-64. Linked code calls {@code
 * registerExit} as {@code __cxa_atexit} and {@code registerThreadExit} as {@code
 * __cxa_thread_atexit}; a dylib's handle, {@code __dso_handle}, is a block that holds its list.
 *
 * <p>A dylib's list has what is to run at the exit and at a quick exit in one order, and is pushed
 * to without a lock and taken as a whole. Each thread has a list of its own, found by a key of
 * pthread_key_create(3) whose destructor, {@code threadIsGone}, runs it; the threads' lists are
 * chained, so that removal of code finds and disarms its functions in all of them. A thread's lock
 * is held for a few instructions only, never while a function runs.
 */
final class ExitFunctionsCode {
  private static final String TABLE =
      """
      LIST = 8
      HANDLE_SIZE = 16
      NEXT = 0
      FUNCTION = 8
      ARGUMENT = 16
      KIND = 24
      EXIT = 0
      QUICK_EXIT = 1
      NODE_SIZE = 32
      THREAD_NODE_SIZE = 24
      HEAD = 8
      LOCK = 16
      USED = 24
      THREAD_SIZE = 32

      registerExit:
      b9 00 00 00 00                   mov ecx, EXIT
      eb 05                            jmp register
      registerQuickExit:
      b9 01 00 00 00                   mov ecx, QUICK_EXIT
      register:
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      41 56                            push r14
      48 83 ec 08                      sub rsp, 8
      48 89 fb                         mov rbx, rdi
      49 89 f4                         mov r12, rsi
      49 89 d5                         mov r13, rdx
      49 89 ce                         mov r14, rcx
      bf 20 00 00 00                   mov edi, NODE_SIZE
      ff 15 d2 0f 00 00                call [rip + MALLOC]
      48 85 c0                         test rax, rax
      74 22                            jz noNode
      48 89 58 08                      mov [rax + FUNCTION], rbx
      4c 89 60 10                      mov [rax + ARGUMENT], r12
      4c 89 70 18                      mov [rax + KIND], r14
      48 89 c2                         mov rdx, rax
      49 8b 45 08                      mov rax, [r13 + LIST]
      push:
      48 89 02                         mov [rdx + NEXT], rax
      f0 49 0f b1 55 08                lock cmpxchg [r13 + LIST], rdx
      75 f5                            jne push
      31 c0                            xor eax, eax
      eb 05                            jmp pushed
      noNode:
      b8 ff ff ff ff                   mov eax, -1
      pushed:
      48 83 c4 08                      add rsp, 8
      41 5e                            pop r14
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      c3                               ret
      registerThreadExit:
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      48 89 fb                         mov rbx, rdi
      49 89 f4                         mov r12, rsi
      8b 3d 99 0f 00 00                mov edi, [rip + KEY]
      ff 15 9b 0f 00 00                call [rip + PTHREAD_GETSPECIFIC]
      49 89 c5                         mov r13, rax
      48 85 c0                         test rax, rax
      75 75                            jnz haveThread
      4c 8b 2d 9c 0f 00 00             mov r13, [rip + THREADS]
      findThread:
      4d 85 ed                         test r13, r13
      74 15                            jz newThread
      31 c0                            xor eax, eax
      ba 01 00 00 00                   mov edx, 1
      f0 49 0f b1 55 18                lock cmpxchg [r13 + USED], rdx
      74 4b                            je attach
      4d 8b 6d 00                      mov r13, [r13 + NEXT]
      eb e6                            jmp findThread
      newThread:
      bf 20 00 00 00                   mov edi, THREAD_SIZE
      ff 15 4f 0f 00 00                call [rip + MALLOC]
      48 85 c0                         test rax, rax
      0f 84 81 00 00 00                jz noMemory
      49 89 c5                         mov r13, rax
      49 c7 45 08 00 00 00 00          mov qword ptr [r13 + HEAD], 0
      49 c7 45 10 00 00 00 00          mov qword ptr [r13 + LOCK], 0
      49 c7 45 18 01 00 00 00          mov qword ptr [r13 + USED], 1
      48 8b 05 4c 0f 00 00             mov rax, [rip + THREADS]
      pushThread:
      49 89 45 00                      mov [r13 + NEXT], rax
      f0 4c 0f b1 2d 3f 0f 00 00       lock cmpxchg [rip + THREADS], r13
      75 f1                            jne pushThread
      attach:
      8b 3d 1f 0f 00 00                mov edi, [rip + KEY]
      4c 89 ee                         mov rsi, r13
      ff 15 26 0f 00 00                call [rip + PTHREAD_SETSPECIFIC]
      haveThread:
      bf 18 00 00 00                   mov edi, THREAD_NODE_SIZE
      ff 15 fb 0e 00 00                call [rip + MALLOC]
      48 85 c0                         test rax, rax
      74 31                            jz noMemory
      48 89 58 08                      mov [rax + FUNCTION], rbx
      4c 89 60 10                      mov [rax + ARGUMENT], r12
      b9 01 00 00 00                   mov ecx, 1
      acquire:
      49 87 4d 10                      xchg [r13 + LOCK], rcx
      48 85 c9                         test rcx, rcx
      74 04                            jz acquired
      f3 90                            pause
      eb f3                            jmp acquire
      acquired:
      49 8b 55 08                      mov rdx, [r13 + HEAD]
      48 89 10                         mov [rax + NEXT], rdx
      49 89 45 08                      mov [r13 + HEAD], rax
      49 c7 45 10 00 00 00 00          mov qword ptr [r13 + LOCK], 0
      31 c0                            xor eax, eax
      eb 05                            jmp registered
      noMemory:
      b8 ff ff ff ff                   mov eax, -1
      registered:
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      c3                               ret
      endThread:
      8b 3d c4 0e 00 00                mov edi, [rip + KEY]
      48 83 ec 08                      sub rsp, 8
      ff 15 c2 0e 00 00                call [rip + PTHREAD_GETSPECIFIC]
      48 83 c4 08                      add rsp, 8
      48 85 c0                         test rax, rax
      74 5c                            jz ended
      48 89 c7                         mov rdi, rax
      threadEnds:
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      49 89 fd                         mov r13, rdi
      nextNode:
      b9 01 00 00 00                   mov ecx, 1
      acquireAgain:
      49 87 4d 10                      xchg [r13 + LOCK], rcx
      48 85 c9                         test rcx, rcx
      74 04                            jz pop
      f3 90                            pause
      eb f3                            jmp acquireAgain
      pop:
      49 8b 7d 08                      mov rdi, [r13 + HEAD]
      48 85 ff                         test rdi, rdi
      74 29                            jz emptied
      48 8b 07                         mov rax, [rdi + NEXT]
      49 89 45 08                      mov [r13 + HEAD], rax
      49 c7 45 10 00 00 00 00          mov qword ptr [r13 + LOCK], 0
      48 8b 5f 08                      mov rbx, [rdi + FUNCTION]
      4c 8b 67 10                      mov r12, [rdi + ARGUMENT]
      ff 15 66 0e 00 00                call [rip + FREE]
      48 85 db                         test rbx, rbx
      74 c3                            jz nextNode
      4c 89 e7                         mov rdi, r12
      ff d3                            call rbx
      eb bc                            jmp nextNode
      emptied:
      49 c7 45 10 00 00 00 00          mov qword ptr [r13 + LOCK], 0
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      ended:
      c3                               ret
      threadIsGone:
      57                               push rdi
      e8 a0 ff ff ff                   call threadEnds
      5f                               pop rdi
      48 c7 47 18 00 00 00 00          mov qword ptr [rdi + USED], 0
      c3                               ret

      .org 4096
      MALLOC: .quad 0
      FREE: .quad 0
      KEY: .quad 0
      PTHREAD_GETSPECIFIC: .quad 0
      PTHREAD_SETSPECIFIC: .quad 0
      THREADS: .quad 0
      """;

  private ExitFunctionsCode() {}

  /** {@return the code} */
  static MachineCode create() {
    return new MachineCode(TABLE);
  }
}
