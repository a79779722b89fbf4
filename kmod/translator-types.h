/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixed-width types, error numbers and memory functions the translator
 * needs, from the kernel or from the C library. Nothing else is allowed in
 * there: the same files are compiled into the module, the user-space tests and
 * the fuzz target.
 */
#ifndef VIRT_CCW_TRANSLATOR_TYPES_H
#define VIRT_CCW_TRANSLATOR_TYPES_H

#ifdef __KERNEL__

#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#endif

#endif
