/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Entry of the bare-metal guest: a stack, then main, then a disabled wait,
 * at which QEMU ends when it runs with -no-reboot and no other processor.
 * z/Architecture, 64-bit addressing as QEMU's loader leaves it.
 *
 * The loader puts the words of -append where Linux has them: at offset 0x480,
 * for which there must be room in the image.
 */
	.section .start, "ax"
	.globl	_start
_start:
	larl	%r2, main
	jg	run

	.org	0x480
	.globl	command_line
command_line:
	.skip	896

/* Comes here after a reset of its own making, see processor.c. */
	.globl	start_again
start_again:
	larl	%r1, after_reset
	lg	%r2, 0(%r1)
run:
	larl	%r15, stack_end
	aghi	%r15, -160		/* the ABI's register save area */
	basr	%r14, %r2
	larl	%r1, disabled_wait
	lpswe	0(%r1)

	.section .rodata
	.align	8
disabled_wait:
	.quad	0x0002000180000000	/* wait, all interruptions masked */
	.quad	0

	.section .bss
	.align	16
	.skip	16384
stack_end:
