// SPDX-License-Identifier: GPL-2.0-only
/*
 * layout-numbers BTF: what css-private.def asks about a kernel.
 *
 * Reads the type information (BTF) of the kernel which the module is built
 * for, from the .BTF section of an ELF file or raw as in
 * /sys/kernel/btf/vmlinux, and writes a C header with sizes, offsets and values
 * to the standard output. What the kernel has not ends the program with a
 * message that names it.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

/* Not linked: kbuild has one place for its object, and that is the module's. */
#include "layout-btf.c"

static const char *input;

/* A macro, so that the compiler sees the format and that there is no way on. */
#define die(...)							\
	do {								\
		fprintf(stderr, "layout-numbers: %s: ", input);		\
		fprintf(stderr, __VA_ARGS__);				\
		fputc('\n', stderr);					\
		exit(1);						\
	} while (0)

static struct layout_span read_file(FILE *file)
{
	size_t len = 0, room = 0, got;
	u8 *data = NULL;

	do {
		if (len == room) {
			room = room ? room * 2 : 1 << 20;
			data = realloc(data, room);
			if (!data)
				die("out of memory");
		}
		got = fread(data + len, 1, room - len, file);
		len += got;
	} while (got);
	if (ferror(file))
		die("%s", strerror(errno));
	return (struct layout_span) { data, len };
}

static struct layout_span load(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct layout_span span;

	if (!file)
		die("%s", strerror(errno));
	span = read_file(file);
	fclose(file);
	return span;
}

static const u8 *elf_at(struct layout_span elf, u64 offset, u64 len)
{
	if (offset > elf.len || len > elf.len - offset)
		die("truncated: %llu bytes at %llu of %zu", (unsigned long long)len,
		    (unsigned long long)offset, elf.len);
	return elf.data + offset;
}

static u64 elf_number(struct layout_span elf, u64 offset, unsigned int len)
{
	bool big = *elf_at(elf, EI_DATA, 1) == ELFDATA2MSB;
	const u8 *bytes = elf_at(elf, offset, len);
	unsigned int i;
	u64 number = 0;

	for (i = 0; i < len; i++)
		number = number << 8 | bytes[big ? i : len - 1 - i];
	return number;
}

static struct layout_span elf_section(struct layout_span elf, u64 header)
{
	u64 offset = elf_number(elf, header + offsetof(Elf64_Shdr, sh_offset), 8);
	u64 len = elf_number(elf, header + offsetof(Elf64_Shdr, sh_size), 8);

	return (struct layout_span) { elf_at(elf, offset, len), len };
}

static bool name_is(struct layout_span names, u64 offset, const char *name)
{
	u64 len = strlen(name) + 1;

	return !memcmp(elf_at(names, offset, len), name, len);
}

static struct layout_span elf_btf(struct layout_span elf)
{
	u64 table = elf_number(elf, offsetof(Elf64_Ehdr, e_shoff), 8);
	u64 entry = elf_number(elf, offsetof(Elf64_Ehdr, e_shentsize), 2);
	u64 count = elf_number(elf, offsetof(Elf64_Ehdr, e_shnum), 2);
	u64 names = elf_number(elf, offsetof(Elf64_Ehdr, e_shstrndx), 2);
	u64 i, header, name;

	if (*elf_at(elf, EI_CLASS, 1) != ELFCLASS64 || entry != sizeof(Elf64_Shdr))
		die("not a 64-bit ELF file");
	for (i = 0; i < count; i++) {
		header = table + i * entry;
		name = elf_number(elf, header, 4);
		if (name_is(elf_section(elf, table + names * entry), name, ".BTF"))
			return elf_section(elf, header);
	}
	die("no .BTF section: a kernel with CONFIG_DEBUG_INFO_BTF is needed");
}

static struct layout_span find_btf(struct layout_span file)
{
	if (file.len >= SELFMAG && !memcmp(file.data, ELFMAG, SELFMAG))
		return elf_btf(file);
	return file;
}

static struct layout_btf open_btf(struct layout_span raw)
{
	struct layout_btf btf;
	u32 *index;

	if (layout_btf_open(&btf, raw.data, raw.len))
		die("neither ELF nor sound BTF");
	index = calloc(btf.count, sizeof(*index));
	if (!index)
		die("out of memory");
	if (layout_btf_index(&btf, index))
		die("damaged BTF");
	return btf;
}

/* Ends the program if something that was asked for is not in the kernel. */
static void need(int error, const char *kind, const char *name, const char *separator,
		 const char *member)
{
	if (error == -ENOENT)
		die("%s %s%s%s: not in the target kernel", kind, name, separator, member);
	if (error == -EEXIST)
		die("%s %s: the target kernel has several that differ", kind, name);
	if (error)
		die("%s %s%s%s: damaged BTF", kind, name, separator, member);
}

static void print_struct(struct layout_btf *btf, const char *keyword, const char *name)
{
	u32 size;

	need(layout_btf_struct(btf, keyword, name, &size), keyword, name, "", "");
	printf("#define SIZE_OF_%s %u\n", name, size);
}

static void print_member(struct layout_btf *btf, const char *type, const char *member)
{
	struct layout_place place;

	need(layout_btf_member(btf, type, member, &place), "struct", type, ".", member);
	printf("#define BIT_OFFSET_OF_%s_%s %u\n", type, member, place.bit_offset);
	printf("#define BITS_OF_%s_%s %u\n", type, member, place.bits);
}

static void print_enumerator(struct layout_btf *btf, const char *name)
{
	u32 value;

	need(layout_btf_enumerator(btf, name, &value), "enumerator", name, "", "");
	printf("#define VALUE_OF_%s %u\n", name, value);
}

static void print_function(struct layout_btf *btf, const char *name)
{
	u32 arguments;

	need(layout_btf_function(btf, name, &arguments), "function", name, "", "");
	printf("#define ARGUMENTS_OF_%s %u\n", name, arguments);
}

static void print_numbers(struct layout_btf *btf)
{
	puts("/* Generated by layout-numbers from the target kernel's BTF. */");
#define STRUCT(keyword, type)		print_struct(btf, #keyword, #type);
#define MEMBER(type, member)		print_member(btf, #type, #member);
#define BITS(type, bits, member, mask)	print_member(btf, #type, #bits);
#define ENUMERATOR(name)		print_enumerator(btf, #name);
#define FUNCTION(name, arguments)	print_function(btf, #name);
#include "css-private.def"
}

int main(int argc, char **argv)
{
	struct layout_btf btf;

	if (argc != 2) {
		fprintf(stderr, "usage: layout-numbers FILE (vmlinux or raw BTF)\n");
		return 2;
	}
	input = argv[1];
	btf = open_btf(find_btf(load(input)));
	print_numbers(&btf);
	return fflush(stdout) || ferror(stdout);
}
