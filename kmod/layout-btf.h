/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader of the kernel's type information (BTF), described in
 * Documentation/bpf/btf.rst of the kernel.
 *
 * Pure C: the build reads the target kernel's with it, possibly of another byte
 * order, and the module reads the running kernel's when it is loaded. Nothing
 * in the data is trusted: what lies outside of it reads as zero and makes every
 * answer -EINVAL from then on.
 *
 * Answers are 0, -ENOENT if the kernel has no such thing, -EEXIST if it has
 * several that differ, or -EINVAL if the data is damaged.
 */
#ifndef VIRT_CCW_LAYOUT_BTF_H
#define VIRT_CCW_LAYOUT_BTF_H

#include "translator-types.h"

/**
 * struct layout_span - a part of the data
 * @data: its first byte
 * @len: bytes
 */
struct layout_span {
	const u8 *data;
	size_t len;
};

/**
 * struct layout_btf - type information that was opened
 * @big_endian: its byte order
 * @damaged: something did not fit
 * @types: the types, one behind the other
 * @strings: their names
 * @index: where each type begins within @types, by type id; the caller's memory
 * @count: type ids run from 1 to @count - 1
 * @recent: type id of the structure that was asked for last, or 0: questions
 *	come in groups, and there are a hundred thousand types to look through
 */
struct layout_btf {
	bool big_endian;
	bool damaged;
	struct layout_span types;
	struct layout_span strings;
	u32 *index;
	u32 count;
	u32 recent;
};

/**
 * struct layout_place - where something lies within a structure
 * @bit_offset: bits from its beginning, counted from the lowest address
 * @bits: how many
 */
struct layout_place {
	u32 bit_offset;
	u32 bits;
};

int layout_btf_open(struct layout_btf *btf, const void *data, size_t len);
int layout_btf_index(struct layout_btf *btf, u32 *index);
int layout_btf_struct(struct layout_btf *btf, const char *keyword, const char *name, u32 *size);
int layout_btf_member(struct layout_btf *btf, const char *type, const char *member,
		      struct layout_place *place);
int layout_btf_enumerator(struct layout_btf *btf, const char *name, u32 *value);
int layout_btf_function(struct layout_btf *btf, const char *name, u32 *arguments);

#endif
