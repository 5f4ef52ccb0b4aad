# Seeds of ElfFuzzTest; assembled by scripts in docs/reference/fuzzing.md. One object has each structure that readers know.
        .section .group_text, "axG", @progbits, signature, comdat
        .weak inlined
        .type inlined, @function
inlined:
        .cfi_startproc
        movq imported@GOTPCREL(%rip), %rax
        ret
        .cfi_endproc
        .size inlined, .-inlined
        .text
        .globl main
        .type main, @function
main:
        .cfi_startproc
        call inlined
        call imported
        leaq .Ltext(%rip), %rdi
        movl counter(%rip), %eax
        ret
        .cfi_endproc
        .size main, .-main
        .data
        .globl table
table:
        .quad main, inlined, counter - 8
        .long .Ltext - table
        .local counter
        .comm counter, 4, 4
        .comm shared, 64, 32
        .globl absolute
        .set absolute, 0x1234
        .hidden table
        .section .rodata.str1.1, "aMS", @progbits, 1
.Ltext: .string "seed"
        .section .init_array, "aw", @init_array
        .quad main
        .section .gnu.warning.main, "", @progbits
        .string "main is a seed"
