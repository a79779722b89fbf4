// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader of the kernel's type information, see layout-btf.h.
 */
#include "layout-btf.h"

#define BTF_MAGIC		0xeb9f
#define BTF_HEADER_LEN		24
#define BTF_TYPE_LEN		12
#define BTF_POINTER_LEN		8	/* of every kernel with channel I/O and VFIO */
#define BTF_MAX_NESTING		32
#define BTF_MAX_LEN		0x10000000	/* so that 32 bits hold every offset */

enum layout_kind {
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

struct layout_type {
	const char *name;
	enum layout_kind kind;
	bool kind_flag;
	u32 vlen;
	u32 size_or_type;
	u32 payload;		/* offset of what follows the common part */
};

static bool fits(struct layout_btf *btf, struct layout_span span, size_t offset, size_t len)
{
	if (offset > span.len || len > span.len - offset)
		btf->damaged = true;
	return !btf->damaged;
}

static u32 number_at(struct layout_btf *btf, struct layout_span span, size_t offset, u32 len)
{
	const u8 *bytes = span.data + offset;
	u32 number = 0;
	u32 i;

	if (!fits(btf, span, offset, len))
		return 0;
	for (i = 0; i < len; i++)
		number = number << 8 | bytes[btf->big_endian ? i : len - 1 - i];
	return number;
}

static struct layout_span part_of(struct layout_btf *btf, struct layout_span span, size_t offset,
				  size_t len)
{
	if (!fits(btf, span, offset, len))
		return (struct layout_span) {};
	return (struct layout_span) { span.data + offset, len };
}

/* The strings end with a zero byte: layout_btf_open() has seen to that. */
static const char *string_at(struct layout_btf *btf, u32 offset)
{
	return fits(btf, btf->strings, offset, 1) ? (const char *)btf->strings.data + offset : "";
}

static u32 type_word(struct layout_btf *btf, u32 offset)
{
	return number_at(btf, btf->types, offset, 4);
}

static struct layout_type type_at(struct layout_btf *btf, u32 offset)
{
	u32 info = type_word(btf, offset + 4);

	return (struct layout_type) {
		.name = string_at(btf, type_word(btf, offset)),
		.kind = info >> 24 & 0x1f,
		.kind_flag = info >> 31,
		.vlen = info & 0xffff,
		.size_or_type = type_word(btf, offset + 8),
		.payload = offset + BTF_TYPE_LEN,
	};
}

static struct layout_type type_by_id(struct layout_btf *btf, u32 id)
{
	if (!id || id >= btf->count) {
		btf->damaged = true;
		return (struct layout_type) { .name = "" };
	}
	return type_at(btf, btf->index[id]);
}

static u32 payload_len(struct layout_btf *btf, const struct layout_type *type)
{
	switch (type->kind) {
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
		return 12 * type->vlen;
	case KIND_ENUM:
	case KIND_FUNC_PROTO:
		return 8 * type->vlen;
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
	btf->damaged = true;
	return 0;
}

/**
 * layout_btf_open - begin to read type information
 * @btf: what to fill in
 * @data: raw BTF, as in /sys/kernel/btf/vmlinux
 * @len: its length in bytes
 *
 * Return: 0 or -EINVAL. Then, @btf->count says how large the index must be.
 */
int layout_btf_open(struct layout_btf *btf, const void *data, size_t len)
{
	struct layout_span raw = { data, len };
	struct layout_type type;
	size_t header;
	u32 offset = 0;

	*btf = (struct layout_btf) { .big_endian = true };
	if (len > BTF_MAX_LEN)
		return -EINVAL;
	btf->big_endian = number_at(btf, raw, 0, 2) == BTF_MAGIC;
	header = number_at(btf, raw, 4, 4);
	if (number_at(btf, raw, 0, 2) != BTF_MAGIC || header < BTF_HEADER_LEN)
		return -EINVAL;
	btf->types = part_of(btf, raw, header + number_at(btf, raw, 8, 4),
			     number_at(btf, raw, 12, 4));
	btf->strings = part_of(btf, raw, header + number_at(btf, raw, 16, 4),
			       number_at(btf, raw, 20, 4));
	if (!btf->strings.len || btf->strings.data[btf->strings.len - 1])
		return -EINVAL;
	for (btf->count = 1; offset < btf->types.len && !btf->damaged; btf->count++) {
		type = type_at(btf, offset);
		offset = type.payload + payload_len(btf, &type);
	}
	return btf->damaged ? -EINVAL : 0;
}

/**
 * layout_btf_index - make types known by their numbers
 * @btf: opened
 * @index: room for @btf->count numbers, as long as @btf is used
 *
 * Return: 0 or -EINVAL.
 */
int layout_btf_index(struct layout_btf *btf, u32 *index)
{
	struct layout_type type;
	u32 id, offset = 0;

	btf->index = index;
	index[0] = 0;
	for (id = 1; id < btf->count; id++) {
		index[id] = offset;
		type = type_at(btf, offset);
		offset = type.payload + payload_len(btf, &type);
	}
	return btf->damaged ? -EINVAL : 0;
}

static bool is_composite(const struct layout_type *type)
{
	return type->kind == KIND_STRUCT || type->kind == KIND_UNION;
}

static bool is_called(const struct layout_type *type, const char *keyword, const char *name)
{
	if (!is_composite(type) || strcmp(type->name, name))
		return false;
	return !strcmp(keyword, type->kind == KIND_UNION ? "union" : "struct");
}

/* Whether to look at a type at all: most are something else. */
static bool is_of_kind(struct layout_btf *btf, u32 id, enum layout_kind kind)
{
	return (type_word(btf, btf->index[id] + 4) >> 24 & 0x1f) == kind;
}

/* Files of a kernel may differ in what a name means: which is ours is unknown. */
static int search_composite(struct layout_btf *btf, const char *keyword, const char *name,
			    struct layout_type *found)
{
	enum layout_kind kind = strcmp(keyword, "union") ? KIND_STRUCT : KIND_UNION;
	struct layout_type type;
	u32 id;

	btf->recent = 0;
	for (id = 1; id < btf->count && !btf->damaged; id++) {
		if (!is_of_kind(btf, id, kind))
			continue;
		type = type_by_id(btf, id);
		if (!is_called(&type, keyword, name))
			continue;
		if (btf->recent &&
		    (type.size_or_type != found->size_or_type || type.vlen != found->vlen))
			return -EEXIST;
		*found = type;
		btf->recent = id;
	}
	return btf->recent ? 0 : -ENOENT;
}

static int find_composite(struct layout_btf *btf, const char *keyword, const char *name,
			  struct layout_type *found)
{
	int ret;

	if (btf->recent) {
		*found = type_by_id(btf, btf->recent);
		if (is_called(found, keyword, name))
			return 0;
	}
	ret = search_composite(btf, keyword, name, found);
	if (ret)
		btf->recent = 0;
	return btf->damaged ? -EINVAL : ret;
}

/**
 * layout_btf_struct - size of a structure or union
 * @btf: indexed
 * @keyword: "struct" or "union"
 * @name: its name
 * @size: receives its size in bytes
 *
 * Return: see above.
 */
int layout_btf_struct(struct layout_btf *btf, const char *keyword, const char *name, u32 *size)
{
	struct layout_type type;
	int ret = find_composite(btf, keyword, name, &type);

	if (!ret)
		*size = type.size_or_type;
	return ret;
}

static u32 skip_qualifiers(struct layout_btf *btf, u32 id)
{
	struct layout_type type;
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
	btf->damaged = true;
	return 0;
}

static u32 size_of(struct layout_btf *btf, u32 id)
{
	struct layout_type type;
	u32 elements = 1;
	int depth;

	for (depth = 0; depth < BTF_MAX_NESTING; depth++) {
		type = type_by_id(btf, skip_qualifiers(btf, id));
		if (type.kind == KIND_PTR)
			return elements * BTF_POINTER_LEN;
		if (type.kind != KIND_ARRAY)
			return elements * type.size_or_type;
		elements *= type_word(btf, type.payload + 8);
		id = type_word(btf, type.payload);
	}
	btf->damaged = true;
	return 0;
}

struct layout_member {
	const char *name;
	u32 type;
	struct layout_place place;
};

static struct layout_member member_at(struct layout_btf *btf, const struct layout_type *type,
				      u32 index)
{
	u32 offset = type->payload + 12 * index;
	u32 where = type_word(btf, offset + 8);

	return (struct layout_member) {
		.name = string_at(btf, type_word(btf, offset)),
		.type = type_word(btf, offset + 4),
		.place = {
			.bit_offset = type->kind_flag ? where & 0xffffff : where,
			.bits = type->kind_flag ? where >> 24 : 0,
		},
	};
}

/* Members of unnamed structures and unions count as the outer type's own. */
static bool find_member(struct layout_btf *btf, struct layout_type type, const char *name,
			struct layout_member *found, int depth)
{
	struct layout_type inner;
	u32 base, i;

	if (depth == BTF_MAX_NESTING)
		btf->damaged = true;
	for (i = 0; i < type.vlen && !btf->damaged; i++) {
		*found = member_at(btf, &type, i);
		if (!strcmp(found->name, name))
			return true;
		if (*found->name)
			continue;
		base = found->place.bit_offset;
		inner = type_by_id(btf, skip_qualifiers(btf, found->type));
		if (!is_composite(&inner) || !find_member(btf, inner, name, found, depth + 1))
			continue;
		found->place.bit_offset += base;
		return true;
	}
	return false;
}

/**
 * layout_btf_member - where a member of a structure lies
 * @btf: indexed
 * @type: the structure's name
 * @member: the member's or bit field's
 * @place: receives where
 *
 * Return: see above.
 */
int layout_btf_member(struct layout_btf *btf, const char *type, const char *member,
		      struct layout_place *place)
{
	struct layout_member found;
	struct layout_type outer;
	int ret;

	ret = find_composite(btf, "struct", type, &outer);
	if (ret)
		return ret;
	if (!find_member(btf, outer, member, &found, 0))
		return btf->damaged ? -EINVAL : -ENOENT;
	*place = found.place;
	if (!place->bits)
		place->bits = 8 * size_of(btf, found.type);
	return btf->damaged ? -EINVAL : 0;
}

static bool has_enumerator(struct layout_btf *btf, const struct layout_type *type, const char *name,
			   u32 *value)
{
	u32 i, offset = type->payload;

	for (i = 0; i < type->vlen; i++, offset += 8) {
		if (strcmp(string_at(btf, type_word(btf, offset)), name))
			continue;
		*value = type_word(btf, offset + 4);
		return true;
	}
	return false;
}

/**
 * layout_btf_enumerator - value of an enumerator of whatever enumeration
 * @btf: indexed
 * @name: its name
 * @value: receives its value
 *
 * Return: see above.
 */
int layout_btf_enumerator(struct layout_btf *btf, const char *name, u32 *value)
{
	struct layout_type type;
	u32 id;

	for (id = 1; id < btf->count && !btf->damaged; id++) {
		if (!is_of_kind(btf, id, KIND_ENUM))
			continue;
		type = type_by_id(btf, id);
		if (has_enumerator(btf, &type, name, value))
			return btf->damaged ? -EINVAL : 0;
	}
	return btf->damaged ? -EINVAL : -ENOENT;
}

/**
 * layout_btf_function - how many arguments a function takes
 * @btf: indexed
 * @name: its name
 * @arguments: receives how many
 *
 * Return: see above.
 */
int layout_btf_function(struct layout_btf *btf, const char *name, u32 *arguments)
{
	struct layout_type type;
	u32 id;

	for (id = 1; id < btf->count && !btf->damaged; id++) {
		if (!is_of_kind(btf, id, KIND_FUNC))
			continue;
		type = type_by_id(btf, id);
		if (strcmp(type.name, name))
			continue;
		*arguments = type_by_id(btf, type.size_or_type).vlen;
		return btf->damaged ? -EINVAL : 0;
	}
	return btf->damaged ? -EINVAL : -ENOENT;
}
