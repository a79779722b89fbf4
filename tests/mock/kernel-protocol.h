/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is said on the mock kernel's socket (SOCK_SEQPACKET): one request, one
 * answer, end. The answer is an int: 0, the errno, or that who asks is to die
 * as if by kill -9: on the spot, or after the step that it asked about.
 *
 * A write: 'w', the file's path below /sys with its NUL, the data written.
 * A step on a file of its own: 's', what is about to be done, such as
 * "unlink /etc/…", with its NUL.
 * A control line: 'c', the line with its NUL (machine.h).
 */
#define MOCK_KERNEL_WRITE 'w'
#define MOCK_KERNEL_STEP 's'
#define MOCK_KERNEL_CONTROL 'c'
#define MOCK_KERNEL_DIE (-2)
#define MOCK_KERNEL_DIE_AFTER (-3)

/* In the environment: the folder below which changes to files are steps. */
#define MOCK_STEPS_BELOW "MOCK_STEPS_BELOW"

/* A page is what sysfs takes at most. */
#define MOCK_KERNEL_DATA_MAX 4096
#define MOCK_KERNEL_REQUEST_MAX (MOCK_KERNEL_DATA_MAX + 4096 + 2)

/* A file in the machine's folder: the next event that is received gets lost, with all before it. */
#define MOCK_OVERFLOW_FILE "overflow"
