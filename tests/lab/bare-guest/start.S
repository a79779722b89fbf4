/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Entry of the bare-metal guest: a stack, then main, then a disabled wait,
 * at which QEMU ends when it runs with -no-reboot and no other processor.
 * z/Architecture, 64-bit addressing as QEMU's loader leaves it.
 */
	.section .text.start, "ax"
	.globl	_start
_start:
	larl	%r15, stack_end
	aghi	%r15, -160		/* the ABI's register save area */
	brasl	%r14, main
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
