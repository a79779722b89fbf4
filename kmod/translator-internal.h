/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the translator share. Layout of the arena while a program
 * is being read:
 *
 *	0                                                             arena.len
 *	| slot 0 | slot 1 | ... | IDALs | free | host_page | guest_page | notes |
 *	                                ^ low
 *
 * A slot is one CCW in format 1, big-endian, 8 bytes. Each has a note of the
 * same size; notes grow down from the end in step with the slots.
 *
 * guest_page grows down, host_page gets its room at the same time.
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
 */
#ifndef VIRT_CCW_TRANSLATOR_INTERNAL_H
#define VIRT_CCW_TRANSLATOR_INTERNAL_H

#include "translator.h"

/* CCW flags, the same in both formats (PoP, "Channel-Command Word"). */
#define CCW_FLAG_CHAIN_DATA	0x80
#define CCW_FLAG_CHAIN_COMMAND	0x40
#define CCW_FLAG_SKIP		0x10
#define CCW_FLAG_INDIRECT	0x04
#define CCW_FLAG_SUSPEND	0x02
#define CCW_FLAG_MODIFIED	0x01

#define CCW_COMMAND_NOP		0x03
#define CCW_COMMAND_TIC		0x08

#define CCW_SIZE		8u
#define IDAW_SIZE		8u
#define SEGMENT_LINKS		2u
#define SEGMENT_OVERHEAD	(1 + SEGMENT_LINKS)

/* Slot number that never is a CCW: slot 0 is the first head. */
#define NO_SLOT			0u

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
#define NOTE_GUEST_PAGES	0x02	/* its IDAL holds guest pages */
#define NOTE_SUSPEND		0x04	/* the guest wants it to suspend */

union slot_note {
	struct {
		u32 next;	/* CCW: next to visit. Link: slot it stands for. */
				/* CCW with data: its guest address, once read. */
		u8 entered;	/* ENTER_ bits seen */
		u8 pending;	/* ENTER_ bits seen and not yet visited */
		u8 needed;	/* ENTER_ bits seen before speculation */
		u8 flags;	/* NOTE_ bits */
	} ccw;
	struct {
		u32 guest;	/* guest address of the segment's first CCW */
		u32 count;	/* CCWs in the segment */
	} head;
};

static inline u16 load_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 load_be32(const u8 *p)
{
	return (u32)load_be16(p) << 16 | load_be16(p + 2);
}

static inline u64 load_be64(const u8 *p)
{
	return (u64)load_be32(p) << 32 | load_be32(p + 4);
}

static inline void store_be32(u8 *p, u32 value)
{
	p[0] = (u8)(value >> 24);
	p[1] = (u8)(value >> 16);
	p[2] = (u8)(value >> 8);
	p[3] = (u8)value;
}

static inline void store_be64(u8 *p, u64 value)
{
	store_be32(p, (u32)(value >> 32));
	store_be32(p + 4, (u32)value);
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
	return (union slot_note *)x->arena.cpu +
	       (x->arena.len / sizeof(union slot_note) - 1 - slot);
}

static inline u8 ccw_command(const u8 *ccw)
{
	return ccw[0];
}

static inline u8 ccw_flags(const u8 *ccw)
{
	return ccw[1];
}

static inline u16 ccw_count(const u8 *ccw)
{
	return load_be16(ccw + 2);
}

static inline u32 ccw_address(const u8 *ccw)
{
	return load_be32(ccw + 4);
}

static inline bool ccw_is_tic(const u8 *ccw)
{
	return ccw_command(ccw) == CCW_COMMAND_TIC;
}

/* Addresses in guest CCWs are 24 bits in format 0, 31 bits in format 1. */
static inline u32 guest_limit(const struct ccw_xlat *x)
{
	return x->format1 ? 1u << 31 : 1u << 24;
}

static inline u32 page_rest(u64 address)
{
	return CCW_XLAT_PAGE_SIZE - (u32)(address % CCW_XLAT_PAGE_SIZE);
}

#define for_each_segment(x, head)					\
	for ((head) = 0; (head) + 1 < (x)->nr_slots;			\
	     (head) = ccw_xlat_next_segment((x), (head)))

static inline bool slot_is_needed(const struct ccw_xlat *x, u32 slot)
{
	return slot_note(x, slot)->ccw.needed;
}

/* Will the slot be in the host program as a CCW or TIC? */
static inline bool slot_is_live(const struct ccw_xlat *x, u32 slot)
{
	const union slot_note *note = slot_note(x, slot);

	return note->ccw.entered && !(note->ccw.flags & NOTE_CUT);
}

/* translator-program.c: the CCWs */
u32 ccw_xlat_next_segment(const struct ccw_xlat *x, u32 head);
u32 ccw_xlat_slot_guest(struct ccw_xlat *x, u32 slot);
u8 ccw_xlat_operations(const u8 *ccw, u8 entered);
enum ccw_xlat_reason ccw_xlat_read_program(struct ccw_xlat *x);
void ccw_xlat_finish_slots(struct ccw_xlat *x);
enum ccw_xlat_reason ccw_xlat_reread_suspend(struct ccw_xlat *x);

/* translator-data.c: the data they move */
u32 ccw_xlat_data_bound(const struct ccw_xlat *x);
enum ccw_xlat_reason ccw_xlat_read_data(struct ccw_xlat *x);
enum ccw_xlat_reason ccw_xlat_translate_data(struct ccw_xlat *x);

/* translator.c */
void ccw_xlat_note_cut(struct ccw_xlat *x, u32 guest_ccw,
		       enum ccw_xlat_reason reason);

#endif
