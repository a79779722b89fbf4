// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common I/O layer's types as declared in css-private.h, compared with
 * the target kernel while building and with the running one while loading.
 *
 * The second is for kernels without symbol versions: there, nothing but the
 * release keeps a module from being loaded into a kernel of another layout.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stddef.h>

#include "css-private.h"
#include "layout.h"
#include "layout-btf.h"

#define BTF_PATH	"/sys/kernel/btf/vmlinux"

/* While building: declarations and target kernel. */

/*
 * BTF counts bits from the lowest address; on a big-endian machine that is from
 * the most significant bit.
 */
#define MASK_OF(type, bits_name, member)						\
	(((1ULL << BITS_OF_##type##_##bits_name) - 1) <<				\
	 (8 * (offsetof(struct type, member) + sizeof_field(struct type, member)) -	\
	  BIT_OFFSET_OF_##type##_##bits_name - BITS_OF_##type##_##bits_name))

/* sparse lays some structures out in its own way. */
#ifndef __CHECKER__

#define STRUCT(keyword, type)								\
	static_assert(sizeof(keyword type) == SIZE_OF_##type,				\
		      #keyword " " #type ": size differs from the target kernel");
#define MEMBER(type, member)								\
	static_assert(8 * offsetof(struct type, member) == BIT_OFFSET_OF_##type##_##member,	\
		      "struct " #type "." #member ": offset differs from the target kernel"); \
	static_assert(8 * sizeof_field(struct type, member) == BITS_OF_##type##_##member,	\
		      "struct " #type "." #member ": size differs from the target kernel");
#define BITS(type, bits, member, mask)							\
	static_assert(MASK_OF(type, bits, member) == (mask),				\
		      "struct " #type "." #bits ": position differs from the target kernel");
#define ENUMERATOR(name)								\
	static_assert((u32)name == VALUE_OF_##name,					\
		      "enumerator " #name ": value differs from the target kernel");
#define FUNCTION(name, arguments)							\
	static_assert(arguments == ARGUMENTS_OF_##name,					\
		      "function " #name ": arguments differ from the target kernel");
#include "css-private.def"

#endif

/* While loading: target kernel and running kernel. */

enum expected_kind {
	EXPECTED_STRUCT,
	EXPECTED_MEMBER,
	EXPECTED_ENUMERATOR,
	EXPECTED_FUNCTION,
};

struct expectation {
	const char *name;
	const char *member;
	const char *keyword;
	u32 number;		/* size in bytes, offset in bits, value, arguments */
	u32 bits;		/* of a member */
	enum expected_kind kind;
};

static const struct expectation expectations[] __initconst = {
#define STRUCT(k, t)								\
	{ .kind = EXPECTED_STRUCT, .keyword = #k, .name = #t, .number = SIZE_OF_##t },
#define MEMBER(t, m)								\
	{ .kind = EXPECTED_MEMBER, .keyword = "struct", .name = #t, .member = #m,	\
	  .number = BIT_OFFSET_OF_##t##_##m, .bits = BITS_OF_##t##_##m },
#define BITS(t, b, m, v)	MEMBER(t, b)
#define ENUMERATOR(n)								\
	{ .kind = EXPECTED_ENUMERATOR, .keyword = "enumerator", .name = #n,	\
	  .number = VALUE_OF_##n },
#define FUNCTION(n, a)								\
	{ .kind = EXPECTED_FUNCTION, .keyword = "function", .name = #n,		\
	  .number = ARGUMENTS_OF_##n },
#include "css-private.def"
};

static int __init find(struct layout_btf *btf, const struct expectation *expected,
		       struct layout_place *found)
{
	found->bits = 0;
	switch (expected->kind) {
	case EXPECTED_STRUCT:
		return layout_btf_struct(btf, expected->keyword, expected->name,
					 &found->bit_offset);
	case EXPECTED_MEMBER:
		return layout_btf_member(btf, expected->name, expected->member, found);
	case EXPECTED_ENUMERATOR:
		return layout_btf_enumerator(btf, expected->name, &found->bit_offset);
	case EXPECTED_FUNCTION:
		return layout_btf_function(btf, expected->name, &found->bit_offset);
	}
	return -EINVAL;
}

static int __init check_expectation(struct layout_btf *btf, const struct expectation *expected)
{
	struct layout_place found;
	int ret = find(btf, expected, &found);

	if (!ret && found.bit_offset == expected->number && found.bits == expected->bits)
		return 0;
	pr_err("built for another kernel: %s %s%s%s differs\n", expected->keyword, expected->name,
	       expected->member ? "." : "", expected->member ?: "");
	return -ENOEXEC;
}

static int __init check_expectations(struct layout_btf *btf)
{
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(expectations); i++) {
		ret = check_expectation(btf, &expectations[i]);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

static int __init check_btf(const void *data, size_t len)
{
	struct layout_btf btf;
	u32 *index;
	int ret;

	if (layout_btf_open(&btf, data, len)) {
		pr_err("%s is damaged\n", BTF_PATH);
		return -ENOEXEC;
	}
	index = kvmalloc_array(btf.count, sizeof(*index), GFP_KERNEL);
	if (!index)
		return -ENOMEM;
	ret = layout_btf_index(&btf, index) ? -ENOEXEC : check_expectations(&btf);
	kvfree(index);
	return ret;
}

static int __init read_whole(struct file *file, void *data, size_t len)
{
	loff_t done = 0;
	ssize_t got;

	while (done < len) {
		got = kernel_read(file, data + done, len - done, &done);
		if (got <= 0)
			return got ?: -EIO;
	}
	return 0;
}

static int __init check_file(struct file *file)
{
	size_t len = i_size_read(file_inode(file));
	void *data = kvmalloc(len, GFP_KERNEL);
	int ret;

	if (!data)
		return -ENOMEM;
	ret = read_whole(file, data, len);
	if (!ret)
		ret = check_btf(data, len);
	kvfree(data);
	return ret;
}

/**
 * vfio_ccw_check_layout - compare the running kernel's types with those that
 * the module was built for
 *
 * A kernel that has symbol versions has compared them already; if its types
 * cannot be read, that is enough.
 *
 * Return: 0; -ENOEXEC if they differ, which the log tells; or another -errno.
 */
int __init vfio_ccw_check_layout(void)
{
	struct file *file = filp_open(BTF_PATH, O_RDONLY, 0);
	int ret;

	if (!IS_ERR(file)) {
		ret = check_file(file);
		filp_close(file, NULL);
		return ret;
	}
	if (IS_ENABLED(CONFIG_MODVERSIONS))
		return 0;
	pr_err("cannot open %s to see whether this was built for this kernel: %pe\n",
	       BTF_PATH, file);
	return -ENOEXEC;
}
