# A seed of ElfFuzzTest: each relocation of i386 that is linked, and one that is not.
        .globl main
main:   movl imported@GOT(%ebx), %eax
        addl $_GLOBAL_OFFSET_TABLE_, %ebx
        leal data@GOTOFF(%ebx), %eax
        calll imported@PLT
        jmp main
        movl $variable@NTPOFF, %eax
        .data
data:   .long main, main - ., imported@GOT
        .short imported, main - .
        .byte imported, main - .
