// SPDX-License-Identifier: GPL-2.0-only
/*
 * btf-assert BTF: check css-private.h against a kernel.
 *
 * Reads the type information (BTF) of the kernel which the module is built
 * for, from the .BTF section of an ELF file or raw as in
 * /sys/kernel/btf/vmlinux, and writes C static assertions for every line of
 * css-private.def to the standard output. The kernel's byte order may differ
 * from this machine's. Nothing in the file is trusted: each access is checked
 * against its bounds, and what does not fit ends the program with a message.
 *
 * BTF is described in Documentation/bpf/btf.rst of the kernel.
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BTF_MAGIC		0xeb9f
#define BTF_HEADER_LEN		24
#define BTF_TYPE_LEN		12
#define BTF_MAX_NESTING		32

enum btf_kind {
	KIND_INT = 1,
	KIND_PTR = 2,
	KIND_ARRAY = 3,
	KIND_STRUCT = 4,
	KIND_UNION = 5,
	KIND_ENUM = 6,
	KIND_FWD = 7,
	KIND_TYPEDEF = 8,
	KIND_VOLATILE = 9,
	KIND_CONST = 10,
	KIND_RESTRICT = 11,
	KIND_FUNC = 12,
	KIND_FUNC_PROTO = 13,
	KIND_VAR = 14,
	KIND_DATASEC = 15,
	KIND_FLOAT = 16,
	KIND_DECL_TAG = 17,
	KIND_TYPE_TAG = 18,
	KIND_ENUM64 = 19,
};

enum check_what {
	CHECK_STRUCT,
	CHECK_MEMBER,
	CHECK_BITS,
	CHECK_ENUMERATOR,
	CHECK_FUNCTION,
	CHECK_ARGUMENTS,
};

struct check {
	enum check_what what;
	const char *keyword;	/* "struct" or "union" */
	const char *type;	/* type, enumerator or function */
	const char *member;	/* the kernel's name of a member or bit field */
	const char *storage;	/* BITS: our member which holds the bits */
	const char *mask;	/* BITS: our name of them */
	unsigned int arguments;
};

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static const struct check checks[] = {
#define STRUCT(k, t)	{ .what = CHECK_STRUCT, .keyword = #k, .type = #t },
#define MEMBER(t, m)	\
	{ .what = CHECK_MEMBER, .keyword = "struct", .type = #t, .member = #m },
#define BITS(t, b, m, v)						\
	{ .what = CHECK_BITS, .keyword = "struct", .type = #t, .member = #b,	\
	  .storage = #m, .mask = #v },
#define ENUMERATOR(n)	{ .what = CHECK_ENUMERATOR, .type = #n },
#define FUNCTION(n, a)	{ .what = CHECK_FUNCTION, .type = #n, .arguments = a },
#define ARGUMENTS(n)	{ .what = CHECK_ARGUMENTS, .type = #n },
#include "css-private.def"
};

struct span {
	const uint8_t *data;
	size_t len;
};

struct btf {
	const char *path;
	bool big_endian;
	struct span types;
	struct span strings;
	size_t *offset;		/* of each type within types, by type id */
	uint32_t count;		/* type ids run from 1 to count - 1 */
};

struct btf_type {
	const char *name;
	enum btf_kind kind;
	bool kind_flag;
	uint32_t vlen;
	uint32_t size_or_type;
	size_t payload;		/* offset of what follows the common part */
};

struct btf_member {
	const char *name;
	uint32_t type;
	uint32_t bit_offset;
	uint32_t bit_size;	/* zero: no bit field */
};

static const char *input;

/* A macro, so that the compiler sees the format and that there is no way on. */
#define die(...)						\
	do {							\
		fprintf(stderr, "btf-assert: %s: ", input);	\
		fprintf(stderr, __VA_ARGS__);			\
		fputc('\n', stderr);				\
		exit(1);					\
	} while (0)

static const uint8_t *span_at(struct span span, size_t offset, size_t len)
{
	if (offset > span.len || len > span.len - offset)
		die("truncated: %zu bytes at %zu of %zu", len, offset, span.len);
	return span.data + offset;
}

static uint64_t read_number(struct span span, size_t offset, size_t len, bool big_endian)
{
	const uint8_t *bytes = span_at(span, offset, len);
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < len; i++)
		number = number << 8 | bytes[big_endian ? i : len - 1 - i];
	return number;
}

static struct span sub_span(struct span span, size_t offset, size_t len)
{
	struct span part = { span_at(span, offset, len), len };

	return part;
}

static const char *string_at(struct span strings, size_t offset)
{
	const uint8_t *text = span_at(strings, offset, 1);

	if (!memchr(text, 0, strings.len - offset))
		die("a name has no end");
	return (const char *)text;
}

static struct span read_file(FILE *file)
{
	struct span span = { NULL, 0 };
	uint8_t *data = NULL;
	size_t room = 0, got;

	do {
		if (span.len == room) {
			room = room ? room * 2 : 1 << 20;
			data = realloc(data, room);
			if (!data)
				die("out of memory");
		}
		got = fread(data + span.len, 1, room - span.len, file);
		span.len += got;
	} while (got);
	if (ferror(file))
		die("%s", strerror(errno));
	span.data = data;
	return span;
}

static struct span load(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct span span;

	if (!file)
		die("%s", strerror(errno));
	span = read_file(file);
	fclose(file);
	return span;
}

static struct span elf_section(struct span elf, size_t header, bool big_endian)
{
	size_t offset = read_number(elf, header + offsetof(Elf64_Shdr, sh_offset), 8, big_endian);
	size_t len = read_number(elf, header + offsetof(Elf64_Shdr, sh_size), 8, big_endian);

	return sub_span(elf, offset, len);
}

static struct span elf_btf(struct span elf)
{
	bool big = *span_at(elf, EI_DATA, 1) == ELFDATA2MSB;
	size_t table = read_number(elf, offsetof(Elf64_Ehdr, e_shoff), 8, big);
	size_t entry = read_number(elf, offsetof(Elf64_Ehdr, e_shentsize), 2, big);
	size_t count = read_number(elf, offsetof(Elf64_Ehdr, e_shnum), 2, big);
	size_t index = read_number(elf, offsetof(Elf64_Ehdr, e_shstrndx), 2, big);
	struct span names;
	size_t i, name;

	if (*span_at(elf, EI_CLASS, 1) != ELFCLASS64 || entry != sizeof(Elf64_Shdr))
		die("not a 64-bit ELF file");
	names = elf_section(elf, table + index * entry, big);
	for (i = 0; i < count; i++) {
		name = read_number(elf, table + i * entry, 4, big);
		if (!strcmp(string_at(names, name), ".BTF"))
			return elf_section(elf, table + i * entry, big);
	}
	die("no .BTF section: a kernel with CONFIG_DEBUG_INFO_BTF is needed");
}

static struct span find_btf(struct span file)
{
	if (file.len >= SELFMAG && !memcmp(file.data, ELFMAG, SELFMAG))
		return elf_btf(file);
	return file;
}

static size_t payload_len(enum btf_kind kind, uint32_t vlen)
{
	switch (kind) {
	case KIND_INT:
	case KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case KIND_ARRAY:
		return 12;
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_DATASEC:
	case KIND_ENUM64:
		return 12 * (size_t)vlen;
	case KIND_ENUM:
	case KIND_FUNC_PROTO:
		return 8 * (size_t)vlen;
	case KIND_PTR:
	case KIND_FWD:
	case KIND_TYPEDEF:
	case KIND_VOLATILE:
	case KIND_CONST:
	case KIND_RESTRICT:
	case KIND_FUNC:
	case KIND_FLOAT:
	case KIND_TYPE_TAG:
		return 0;
	}
	die("unknown BTF kind %d", kind);
}

static uint32_t type_word(const struct btf *btf, size_t offset)
{
	return read_number(btf->types, offset, 4, btf->big_endian);
}

static struct btf_type type_at(const struct btf *btf, size_t offset)
{
	uint32_t info = type_word(btf, offset + 4);
	struct btf_type type = {
		.name = string_at(btf->strings, type_word(btf, offset)),
		.kind = info >> 24 & 0x1f,
		.kind_flag = info >> 31,
		.vlen = info & 0xffff,
		.size_or_type = type_word(btf, offset + 8),
		.payload = offset + BTF_TYPE_LEN,
	};

	return type;
}

static struct btf_type type_by_id(const struct btf *btf, uint32_t id)
{
	if (!id || id >= btf->count)
		die("no type has number %u", id);
	return type_at(btf, btf->offset[id]);
}

static void index_types(struct btf *btf)
{
	size_t offset = 0, room = btf->types.len / BTF_TYPE_LEN + 1;
	struct btf_type type;

	btf->offset = calloc(room, sizeof(*btf->offset));
	if (!btf->offset)
		die("out of memory");
	for (btf->count = 1; offset < btf->types.len; btf->count++) {
		btf->offset[btf->count] = offset;
		type = type_at(btf, offset);
		offset = type.payload + payload_len(type.kind, type.vlen);
	}
}

static struct btf open_btf(struct span raw)
{
	struct btf btf = { .path = input };
	size_t header;

	btf.big_endian = read_number(raw, 0, 2, true) == BTF_MAGIC;
	if (read_number(raw, 0, 2, btf.big_endian) != BTF_MAGIC)
		die("neither ELF nor BTF");
	header = read_number(raw, 4, 4, btf.big_endian);
	if (header < BTF_HEADER_LEN)
		die("the BTF header has only %zu bytes", header);
	btf.types = sub_span(raw, header + read_number(raw, 8, 4, btf.big_endian),
			     read_number(raw, 12, 4, btf.big_endian));
	btf.strings = sub_span(raw, header + read_number(raw, 16, 4, btf.big_endian),
			       read_number(raw, 20, 4, btf.big_endian));
	index_types(&btf);
	return btf;
}

static bool is_composite(const struct btf_type *type)
{
	return type->kind == KIND_STRUCT || type->kind == KIND_UNION;
}

static const char *keyword_of(const struct btf_type *type)
{
	return type->kind == KIND_UNION ? "union" : "struct";
}

/* The first type from @id on that a check means; returns the number behind it, or 0. */
static uint32_t next_composite(const struct btf *btf, const struct check *check, uint32_t id,
			       struct btf_type *type)
{
	while (id < btf->count) {
		*type = type_by_id(btf, id++);
		if (is_composite(type) && !strcmp(type->name, check->type) &&
		    !strcmp(keyword_of(type), check->keyword))
			return id;
	}
	return 0;
}

/* Files of a kernel may differ in what a name means: which is ours is unknown. */
static struct btf_type find_composite(const struct btf *btf, const struct check *check)
{
	struct btf_type type, other;
	uint32_t id = next_composite(btf, check, 1, &type);

	if (!id)
		die("the target kernel has no %s %s", check->keyword, check->type);
	while ((id = next_composite(btf, check, id, &other))) {
		if (other.size_or_type != type.size_or_type || other.vlen != type.vlen)
			die("the target kernel has different types %s %s", check->keyword,
			    check->type);
	}
	return type;
}

static uint32_t skip_qualifiers(const struct btf *btf, uint32_t id)
{
	struct btf_type type;
	int depth;

	for (depth = 0; depth < BTF_MAX_NESTING; depth++) {
		type = type_by_id(btf, id);
		switch (type.kind) {
		case KIND_TYPEDEF:
		case KIND_VOLATILE:
		case KIND_CONST:
		case KIND_RESTRICT:
		case KIND_TYPE_TAG:
			id = type.size_or_type;
			break;
		default:
			return id;
		}
	}
	die("type %u is nested too deeply", id);
}

static uint64_t size_of(const struct btf *btf, uint32_t id)
{
	uint64_t elements = 1;
	struct btf_type type;
	int depth;

	for (depth = 0; depth < BTF_MAX_NESTING; depth++) {
		id = skip_qualifiers(btf, id);
		type = type_by_id(btf, id);
		if (type.kind == KIND_PTR)
			return elements * 8;
		if (type.kind != KIND_ARRAY)
			return elements * type.size_or_type;
		elements *= type_word(btf, type.payload + 8);
		id = type_word(btf, type.payload);
	}
	die("type %u is nested too deeply", id);
}

static struct btf_member member_at(const struct btf *btf, const struct btf_type *type,
				   uint32_t index)
{
	size_t offset = type->payload + 12 * (size_t)index;
	uint32_t where = type_word(btf, offset + 8);
	struct btf_member member = {
		.name = string_at(btf->strings, type_word(btf, offset)),
		.type = type_word(btf, offset + 4),
		.bit_offset = type->kind_flag ? where & 0xffffff : where,
		.bit_size = type->kind_flag ? where >> 24 : 0,
	};

	return member;
}

/* Members of unnamed structures and unions count as the outer type's own. */
static bool find_member(const struct btf *btf, struct btf_type type, const char *name,
			struct btf_member *found, int depth)
{
	struct btf_type inner;
	uint32_t base, i;

	if (depth == BTF_MAX_NESTING)
		die("%s is nested too deeply", type.name);
	for (i = 0; i < type.vlen; i++) {
		*found = member_at(btf, &type, i);
		if (!strcmp(found->name, name))
			return true;
		if (*found->name)
			continue;
		base = found->bit_offset;
		inner = type_by_id(btf, skip_qualifiers(btf, found->type));
		if (!is_composite(&inner) || !find_member(btf, inner, name, found, depth + 1))
			continue;
		found->bit_offset += base;
		return true;
	}
	return false;
}

static struct btf_member need_member(const struct btf *btf, const struct check *check)
{
	struct btf_type type = find_composite(btf, check);
	struct btf_member member;

	if (!find_member(btf, type, check->member, &member, 0))
		die("%s %s.%s: not in the target kernel", check->keyword, check->type,
		    check->member);
	return member;
}

static void emit_struct(const struct btf *btf, const struct check *check)
{
	struct btf_type type = find_composite(btf, check);

	printf("static_assert(sizeof(%s %s) == %u,\n"
	       "\t\"%s %s: size differs from the target kernel\");\n",
	       check->keyword, check->type, type.size_or_type, check->keyword, check->type);
}

static void emit_member(const struct btf *btf, const struct check *check)
{
	struct btf_member member = need_member(btf, check);

	if (member.bit_size || member.bit_offset % 8)
		die("%s %s.%s: a bit field in the target kernel", check->keyword,
		    check->type, check->member);
	printf("static_assert(offsetof(%s %s, %s) == %u,\n"
	       "\t\"%s %s.%s: offset differs from the target kernel\");\n",
	       check->keyword, check->type, check->member, member.bit_offset / 8,
	       check->keyword, check->type, check->member);
	printf("static_assert(sizeof_field(%s %s, %s) == %llu,\n"
	       "\t\"%s %s.%s: size differs from the target kernel\");\n",
	       check->keyword, check->type, check->member,
	       (unsigned long long)size_of(btf, member.type),
	       check->keyword, check->type, check->member);
}

static void emit_bits(const struct btf *btf, const struct check *check)
{
	struct btf_member member = need_member(btf, check);

	printf("static_assert(BTF_MASK(%s %s, %s, %u, %u) == (%s),\n"
	       "\t\"%s %s.%s: position differs from the target kernel\");\n",
	       check->keyword, check->type, check->storage, member.bit_offset, member.bit_size,
	       check->mask, check->keyword, check->type, check->member);
}

static bool enumerator_value(const struct btf *btf, const struct btf_type *type,
			     const char *name, int32_t *value)
{
	size_t offset;
	uint32_t i;

	for (i = 0; i < type->vlen; i++) {
		offset = type->payload + 8 * (size_t)i;
		if (strcmp(string_at(btf->strings, type_word(btf, offset)), name))
			continue;
		*value = type_word(btf, offset + 4);
		return true;
	}
	return false;
}

static void emit_enumerator(const struct btf *btf, const struct check *check)
{
	struct btf_type type;
	int32_t value;
	uint32_t id;

	for (id = 1; id < btf->count; id++) {
		type = type_by_id(btf, id);
		if (type.kind != KIND_ENUM || !enumerator_value(btf, &type, check->type, &value))
			continue;
		printf("static_assert(%s == %d,\n"
		       "\t\"enumerator %s: value differs from the target kernel\");\n",
		       check->type, value, check->type);
		return;
	}
	die("the target kernel has no enumerator %s", check->type);
}

static uint32_t count_arguments(const struct btf *btf, const char *name)
{
	struct btf_type type;
	uint32_t id;

	for (id = 1; id < btf->count; id++) {
		type = type_by_id(btf, id);
		if (type.kind == KIND_FUNC && !strcmp(type.name, name))
			return type_by_id(btf, type.size_or_type).vlen;
	}
	die("the target kernel has no function %s()", name);
}

static void check_function(const struct btf *btf, const struct check *check)
{
	uint32_t arguments = count_arguments(btf, check->type);

	if (arguments != check->arguments)
		die("%s(): %u arguments in the target kernel, %u declared",
		    check->type, arguments, check->arguments);
}

static void emit_arguments(const struct btf *btf, const struct check *check)
{
	printf("#define ARGUMENTS_OF_%s %u\n", check->type, count_arguments(btf, check->type));
}

static void emit_check(const struct btf *btf, const struct check *check)
{
	switch (check->what) {
	case CHECK_STRUCT:
		return emit_struct(btf, check);
	case CHECK_MEMBER:
		return emit_member(btf, check);
	case CHECK_BITS:
		return emit_bits(btf, check);
	case CHECK_ENUMERATOR:
		return emit_enumerator(btf, check);
	case CHECK_FUNCTION:
		return check_function(btf, check);
	case CHECK_ARGUMENTS:
		return emit_arguments(btf, check);
	}
}

/*
 * BTF counts bits from the lowest address; on a big-endian machine, where
 * this header is compiled, that is from the most significant bit.
 */
static void emit_prologue(void)
{
	puts("/* Generated by btf-assert from the target kernel's BTF. */\n"
	     "#include <linux/build_bug.h>\n"
	     "#include <linux/stddef.h>\n"
	     "#include \"css-private.h\"\n"
	     "#define BTF_MASK(type, member, offset, size) \\\n"
	     "\t(((1ULL << (size)) - 1) << (8 * (offsetof(type, member) + \\\n"
	     "\t\tsizeof_field(type, member)) - (offset) - (size)))");
}

int main(int argc, char **argv)
{
	struct btf btf;
	size_t i;

	if (argc != 2) {
		fprintf(stderr, "usage: btf-assert FILE (vmlinux or raw BTF)\n");
		return 2;
	}
	input = argv[1];
	btf = open_btf(find_btf(load(input)));
	emit_prologue();
	for (i = 0; i < ARRAY_SIZE(checks); i++)
		emit_check(&btf, &checks[i]);
	return fflush(stdout) || ferror(stdout);
}
