// A seed of ElfFuzzTest: each kind of relocation of AArch64 that is linked.
        .globl main
main:   adrp x0, :got:imported
        ldr x0, [x0, :got_lo12:imported]
        ldr x0, [x0, :gotpage_lo15:imported]
        adrp x1, data
        add x1, x1, :lo12:data
        ldrh w1, [x1, :lo12:data]
        ldr q1, [x1, :lo12:data]
        movz x2, #:abs_g3:imported
        movk x2, #:abs_g1_nc:imported
        bl imported
        b.eq other
        tbz x0, #3, other
        adr x0, other
        ldr x0, other
        adrp x0, :tlsdesc:variable
        ldr x1, [x0, :tlsdesc_lo12:variable]
        add x0, x0, :tlsdesc_lo12:variable
        .tlsdesccall variable
        blr x1
        adrp x2, :gottprel:variable
        ldr x2, [x2, :gottprel_lo12:variable]
        .section .text.other, "ax", @progbits
other:  ret
        .data
data:   .xword main, main - .
        .word main, main - .
        .hword imported
        .section .tdata, "awT", @progbits
variable: .word 5
        .section .tbss, "awT", @nobits
zeros:  .zero 8
