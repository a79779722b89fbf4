/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the translator share. Layout of the arena while a program
 * is being read:
 *
 *	0                                                             arena.len
 *	| slot 0 | slot 1 | ... | lists | free | host_page | guest_page | notes |
 *	                                ^ low
 *
 * A slot is one CCW in format 1, big-endian, 8 bytes; one that nobody has come
 * to yet is as the guest has it. Each has a note of the same size; notes grow
 * down from the end in step with the slots.
 *
 * A list is an IDAL with a head of its own, see HEAD_SIZE. guest_page
 * grows down, host_page gets its room at the same time.
 *
 * Slots form segments, each the copy of a contiguous range of guest memory:
 *
 *	head | count CCWs | link | link |   then the next head, or a last guard
 *
 * The head is a zero CCW (the guard behind the segment before), its note says
 * which range it is. Guest ranges of segments never overlap, so no guest CCW is
 * read twice. The links stand for the two CCWs behind the range, which chaining
 * and a status modifier reach by position: where these are in another segment,
 * a link is a TIC to it.
 *
 * What is done for each CCW of a program is small and in one loop per step, all
 * else is out of its way.
 */
#ifndef VIRT_CCW_TRANSLATOR_INTERNAL_H
#define VIRT_CCW_TRANSLATOR_INTERNAL_H

#include "translator.h"

/* Flags in the first word of a format-1 CCW (PoP, "Channel-Command Word"). */
#define CCW_CHAIN_DATA		0x00800000u
#define CCW_CHAIN_COMMAND	0x00400000u
#define CCW_SKIP		0x00100000u
#define CCW_INDIRECT		0x00040000u
#define CCW_SUSPEND		0x00020000u
#define CCW_MODIFIED		0x00010000u
#define CCW_FLAGS		0x00ff0000u
#define CCW_COUNT		0x0000ffffu

#define CCW_COMMAND_NOP		0x03
#define CCW_COMMAND_SENSE	0x04
#define CCW_COMMAND_TIC		0x08
#define CCW_COMMAND_SENSE_ID	0xe4

#define CCW_SIZE		8u
#define IDAW_SIZE		8u
#define SEGMENT_LINKS		2u
#define SEGMENT_OVERHEAD	(1 + SEGMENT_LINKS)

/* Slot number that never is a CCW: slot 0 is the first head. */
#define NO_SLOT			0u

/* Blocks that IDAWs designate, and pages, as powers of two. */
#define BLOCK_2K		11u
#define BLOCK_4K		12u
#define PAGE_OFFSET_MASK	(CCW_XLAT_PAGE_SIZE - 1)

/*
 * How a CCW is entered, as bits: as a command of its own, or by data chaining
 * from a command of some kind, whose kind it then has (PoP, "Data Chaining").
 */
#define ENTER_NOTHING		0x01	/* data chaining, moves nothing */
#define ENTER_OUTPUT		0x02	/* data chaining: write, control */
#define ENTER_INPUT		0x04	/* data chaining: read, sense */
#define ENTER_BACKWARD		0x08	/* data chaining: read backward */
#define ENTER_COMMAND		0x10
#define ENTER_DATA		0x0f	/* any data chaining */

/* What became of a CCW. */
#define NOTE_CUT		0x01	/* speculative, and wrong: zero CCW */
#define NOTE_FORMAT1		0x02	/* a format-0 CCW, converted */
#define NOTE_MODIFIER		0x04	/* what a status modifier finds is known */
#define NOTE_INDIRECT		0x08	/* the guest's has an IDAL */
#define NOTE_SUSPEND		0x10	/* the guest wants it to suspend */

union slot_note {
	struct {
		u32 next;	/* Link: slot it stands for. TIC: slot it goes to. */
				/* CCW: next whose modifier is to be followed; */
				/* guest address of its data, once that is read. */
		u8 entered;	/* ENTER_ bits seen */
		u8 needed;	/* ENTER_ bits seen before speculation */
		u8 flags;	/* NOTE_ bits */
	} ccw;
	struct {
		u32 guest;	/* guest address of the segment's first CCW */
		u16 count;	/* CCWs in the segment */
		u16 reach;	/* so many of them were, or may have been, entered */
	} head;
};

/*
 * In front of every IDAL in the arena: whose it is. There is one more behind the
 * last. It is big-endian, so that the channel, should it come to the end of a list
 * because it goes through its first block the other way round, finds an IDAW there
 * that no block begins or ends at, and so a program check.
 */
#define HEAD_SIZE		8u
#define HEAD_SLOT_SHIFT		32	/* its CCW, or NO_SLOT: nothing to translate */
#define HEAD_IDAWS_SHIFT	16	/* how many to translate */
#define HEAD_ROOM		0xffffu	/* how many there are: from 1 to 33 */

/*
 * What the channel sees is big-endian. On s390 each of these is one instruction,
 * which compilers do not always make of single bytes.
 */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define swap_be32(value)	(value)
#define swap_be64(value)	(value)
#else
#define swap_be32(value)	__builtin_bswap32(value)
#define swap_be64(value)	__builtin_bswap64(value)
#endif

static inline u32 load_be32(const u8 *p)
{
	u32 value;

	memcpy(&value, p, sizeof(value));
	return swap_be32(value);
}

static inline u64 load_be64(const u8 *p)
{
	u64 value;

	memcpy(&value, p, sizeof(value));
	return swap_be64(value);
}

static inline void store_be32(u8 *p, u32 value)
{
	value = swap_be32(value);
	memcpy(p, &value, sizeof(value));
}

static inline void store_be64(u8 *p, u64 value)
{
	value = swap_be64(value);
	memcpy(p, &value, sizeof(value));
}

static inline u8 *arena_at(const struct ccw_xlat *x, u32 offset)
{
	return (u8 *)x->arena.cpu + offset;
}

static inline u32 arena_abs(const struct ccw_xlat *x, u32 offset)
{
	return (u32)x->arena.abs + offset;
}

static inline u8 *slot_ccw(const struct ccw_xlat *x, u32 slot)
{
	return arena_at(x, slot * CCW_SIZE);
}

static inline union slot_note *slot_note(const struct ccw_xlat *x, u32 slot)
{
	return (union slot_note *)x->first_note - slot;
}

/* The first word of a CCW: command, flags and count. */
static inline u32 ccw_word(const u8 *ccw)
{
	return load_be32(ccw);
}

static inline u8 word_command(u32 word)
{
	return (u8)(word >> 24);
}

static inline bool word_is_tic(u32 word)
{
	return word_command(word) == CCW_COMMAND_TIC;
}

static inline u32 ccw_address(const u8 *ccw)
{
	return load_be32(ccw + 4);
}

static inline void set_ccw(u8 *ccw, u32 word, u32 address)
{
	store_be32(ccw, word);
	store_be32(ccw + 4, address);
}

/* Converts a format-0 CCW in place (PoP, "Format-0 CCWs"). */
static inline void ccw_to_format1(u8 *ccw)
{
	u32 command_and_address = load_be32(ccw);
	u32 flags_and_count = load_be32(ccw + 4);
	u32 word = (u32)CCW_COMMAND_TIC << 24;

	/* Format 0 ignores all of a TIC but 4 bits and the address. */
	if ((command_and_address >> 24 & 0x0f) != CCW_COMMAND_TIC)
		word = (command_and_address & 0xff000000) |
		       flags_and_count >> 24 << 16 | (flags_and_count & CCW_COUNT);
	set_ccw(ccw, word, command_and_address & 0x00ffffff);
}

/* Addresses in guest CCWs are 24 bits in format 0, 31 bits in format 1. */
static inline u32 guest_limit(const struct ccw_xlat *x)
{
	return x->format1 ? 1u << 31 : 1u << 24;
}

static inline u32 page_rest(u64 address)
{
	return CCW_XLAT_PAGE_SIZE - ((u32)address & PAGE_OFFSET_MASK);
}

/* Return: slot of the first of the links behind a segment. */
static inline u32 first_link(const struct ccw_xlat *x, u32 head)
{
	return head + 1 + slot_note(x, head)->head.count;
}

/* Return: slot behind the last one of a segment that was entered. */
static inline u32 segment_reach(const struct ccw_xlat *x, u32 head)
{
	return head + 1 + slot_note(x, head)->head.reach;
}

/* Return: slot of the next head, or of the guard behind the last segment. */
static inline u32 next_segment(const struct ccw_xlat *x, u32 head)
{
	return first_link(x, head) + SEGMENT_LINKS;
}

#define for_each_segment(x, head)					\
	for ((head) = 0; (head) + 1 < (x)->nr_slots;			\
	     (head) = next_segment((x), (head)))

/* Return: guest address that a slot of a segment stands for, be it a link's. */
static inline u32 guest_in_segment(const struct ccw_xlat *x, u32 head, u32 slot)
{
	return slot_note(x, head)->head.guest + (slot - head - 1) * CCW_SIZE;
}

/* Will the slot be in the host program as a CCW or TIC? */
static inline bool slot_is_live(const struct ccw_xlat *x, u32 slot)
{
	const union slot_note *note = slot_note(x, slot);

	return note->ccw.entered && !(note->ccw.flags & NOTE_CUT);
}

/*
 * PoP, "Command Code": what a command moves, and which way; nothing at all if it
 * is invalid, and so is never executed.
 */
static inline u8 command_operation(u8 command)
{
	static const u8 by_low_digit[16] = {
		0, ENTER_OUTPUT, ENTER_INPUT, ENTER_OUTPUT,
		ENTER_INPUT /* sense */, ENTER_OUTPUT, ENTER_INPUT, ENTER_OUTPUT,
		0, ENTER_OUTPUT, ENTER_INPUT, ENTER_OUTPUT,
		ENTER_BACKWARD, ENTER_OUTPUT, ENTER_INPUT, ENTER_OUTPUT,
	};

	return command == CCW_COMMAND_NOP ? ENTER_NOTHING : by_low_digit[command & 0x0f];
}

/* translator-segments.c: reading CCWs and finding them again */
enum ccw_xlat_reason ccw_xlat_slot_for(struct ccw_xlat *x, u32 guest, u32 *slot);
u32 ccw_xlat_segment_of(struct ccw_xlat *x, u32 slot);
u32 ccw_xlat_slot_guest(struct ccw_xlat *x, u32 slot);
void ccw_xlat_start_slots(struct ccw_xlat *x);

/* translator-program.c: which CCWs the channel can come to */
enum ccw_xlat_reason ccw_xlat_read_program(struct ccw_xlat *x);

/* translator-data.c: the data they move */
u32 ccw_xlat_data_bound(const struct ccw_xlat *x);
enum ccw_xlat_reason ccw_xlat_read_data(struct ccw_xlat *x);
enum ccw_xlat_reason ccw_xlat_translate_data(struct ccw_xlat *x);

/* translator-pages.c: the guest pages that data lies in */
void ccw_xlat_publish_pages(struct ccw_xlat *x);
u32 ccw_xlat_find_page(const struct ccw_xlat *x, u64 page);

/* translator-suspend.c: suspend flags that change */
enum ccw_xlat_reason ccw_xlat_reread_suspend(struct ccw_xlat *x);

/* translator.c */
void ccw_xlat_note_cut(struct ccw_xlat *x, u32 guest_ccw, enum ccw_xlat_reason reason);

#endif
