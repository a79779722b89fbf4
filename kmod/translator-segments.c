// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments: the guest's CCWs are read in pieces to slots of the arena, and found
 * again there by their guest address.
 */
#include "translator-internal.h"

/* Bytes of arena that one CCW takes: its slot and its note. */
#define SLOT_COST		(CCW_SIZE + (u32)sizeof(union slot_note))

/* The longest segment, as its head can tell. */
#define SEGMENT_MAX		0xffffu

static u32 segment_guest(const struct ccw_xlat *x, u32 head)
{
	return slot_note(x, head)->head.guest;
}

static u32 segment_count(const struct ccw_xlat *x, u32 head)
{
	return slot_note(x, head)->head.count;
}

static u32 segment_end(const struct ccw_xlat *x, u32 head)
{
	return segment_guest(x, head) + segment_count(x, head) * CCW_SIZE;
}

static bool segment_covers(const struct ccw_xlat *x, u32 head, u32 guest)
{
	return guest - segment_guest(x, head) < segment_count(x, head) * CCW_SIZE;
}

static bool segment_contains(const struct ccw_xlat *x, u32 head, u32 slot)
{
	return slot > head && slot < next_segment(x, head);
}

/* Return: the slot of the CCW at a guest address, or NO_SLOT. */
static u32 find_slot(struct ccw_xlat *x, u32 guest)
{
	u32 head = x->near_head;

	if (!segment_covers(x, head, guest)) {
		for_each_segment(x, head)
			if (segment_covers(x, head, guest))
				break;
		if (head + 1 >= x->nr_slots)
			return NO_SLOT;
		x->near_head = head;
	}
	return head + 1 + (guest - segment_guest(x, head)) / CCW_SIZE;
}

/**
 * ccw_xlat_segment_of - the segment a slot is in
 * @x: the translation
 * @slot: a CCW's slot, or a link
 *
 * Return: slot of the segment's head.
 */
u32 ccw_xlat_segment_of(struct ccw_xlat *x, u32 slot)
{
	u32 head = x->near_head;

	if (segment_contains(x, head, slot))
		return head;
	for_each_segment(x, head)
		if (segment_contains(x, head, slot))
			break;
	x->near_head = head;
	return head;
}

/**
 * ccw_xlat_slot_guest - the guest address a slot stands for
 * @x: the translation
 * @slot: a CCW's slot, or a link
 *
 * Return: guest absolute address of the CCW.
 */
u32 ccw_xlat_slot_guest(struct ccw_xlat *x, u32 slot)
{
	return guest_in_segment(x, ccw_xlat_segment_of(x, slot), slot);
}

/* Speculative CCWs leave room for the data of needed ones. */
static u32 room_for_slots(struct ccw_xlat *x)
{
	if (x->speculating && !x->kept)
		x->kept = ccw_xlat_data_bound(x);
	return (x->arena.len - x->kept) / SLOT_COST;
}

/*
 * How many CCWs to read at a guest address: not across a page, for the next
 * one may not exist; not into a segment, for a guest CCW is read once; not more
 * than there is room for. Return: 0 if there is no room.
 */
static u32 piece_count(struct ccw_xlat *x, u32 guest, u32 bytes, u32 overhead)
{
	u32 room = room_for_slots(x);
	u32 start, head;

	if (room <= x->nr_slots + overhead)
		return 0;
	room -= x->nr_slots + overhead;
	if (bytes > page_rest(guest))
		bytes = page_rest(guest);
	for_each_segment(x, head) {
		start = segment_guest(x, head);
		if (start > guest && start - guest < bytes)
			bytes = start - guest;
	}
	return bytes / CCW_SIZE < room ? bytes / CCW_SIZE : room;
}

static void clear_slots(struct ccw_xlat *x, u32 first, u32 count)
{
	memset(slot_ccw(x, first), 0, count * CCW_SIZE);
}

/* Makes room for a piece in front of new links and a new guard. */
static void grow(struct ccw_xlat *x, u32 slots)
{
	x->nr_slots += slots;
	clear_slots(x, x->nr_slots - SEGMENT_OVERHEAD, SEGMENT_OVERHEAD);
	memset(slot_note(x, x->nr_slots - 1), 0, slots * sizeof(union slot_note));
}

static bool read_piece(struct ccw_xlat *x, u32 slot, u32 guest, u32 count)
{
	return !x->read(x->read_ctx, guest, slot_ccw(x, slot), count * CCW_SIZE);
}

/* The first piece is all of most programs, and yet leaves room for data. */
static u32 first_piece(const struct ccw_xlat *x)
{
	u32 bytes = x->arena.len / 8;

	return bytes < CCW_XLAT_PIECE_FIRST ? bytes : CCW_XLAT_PIECE_FIRST;
}

static enum ccw_xlat_reason open_segment(struct ccw_xlat *x, u32 guest, u32 *slot)
{
	u32 bytes = x->nr_slots == 1 ? first_piece(x) : CCW_XLAT_PIECE;
	u32 count = piece_count(x, guest, bytes, SEGMENT_OVERHEAD);
	u32 head = x->nr_slots - 1;

	if (!count)
		return CCW_XLAT_SPACE;
	grow(x, count + SEGMENT_OVERHEAD);
	if (!read_piece(x, head + 1, guest, count)) {
		x->nr_slots = head + 1;
		return CCW_XLAT_READ_CCW;
	}
	slot_note(x, head)->head.guest = guest;
	slot_note(x, head)->head.count = (u16)count;
	x->last_head = head;
	x->near_head = head;
	*slot = head + 1;
	return CCW_XLAT_OK;
}

/*
 * A straight program stays contiguous as long as nothing has been read since
 * its segment. A link may turn into a CCW by that, for a slot stands for the
 * same guest address either way; one in use cannot, for what it stands for is
 * in another segment, and ranges do not overlap.
 */
static bool segment_can_grow(const struct ccw_xlat *x, u32 guest)
{
	return x->nr_slots > 1 && guest == segment_end(x, x->last_head) &&
	       segment_count(x, x->last_head) < SEGMENT_MAX;
}

static enum ccw_xlat_reason extend_segment(struct ccw_xlat *x, u32 guest, u32 *slot)
{
	u32 head = x->last_head;
	u32 count = segment_count(x, head);
	u32 link = first_link(x, head);
	u32 bytes = count * CCW_SIZE;
	u32 more;

	/* What was long is likely to go on: double it. */
	if (bytes < CCW_XLAT_PIECE)
		bytes = CCW_XLAT_PIECE;
	more = piece_count(x, guest, bytes, 0);
	if (more > SEGMENT_MAX - count)
		more = SEGMENT_MAX - count;
	if (!more)
		return CCW_XLAT_SPACE;
	grow(x, more);
	if (!read_piece(x, link, guest, more)) {
		x->nr_slots -= more;
		clear_slots(x, link, SEGMENT_OVERHEAD);
		return CCW_XLAT_READ_CCW;
	}
	slot_note(x, head)->head.count = (u16)(count + more);
	x->near_head = head;
	*slot = link;
	return CCW_XLAT_OK;
}

/**
 * ccw_xlat_slot_for - find the slot of a guest CCW, and read it if there is none
 * @x: the translation
 * @guest: guest absolute address of the CCW
 * @slot: its slot; @x->near_head is then the head of its segment
 *
 * Return: CCW_XLAT_OK, or what is wrong with the address.
 */
enum ccw_xlat_reason ccw_xlat_slot_for(struct ccw_xlat *x, u32 guest, u32 *slot)
{
	x->error.guest_ccw = guest;
	if (guest % CCW_SIZE || guest >= guest_limit(x))
		return CCW_XLAT_CPA;
	*slot = find_slot(x, guest);
	if (*slot != NO_SLOT)
		return CCW_XLAT_OK;
	if (segment_can_grow(x, guest))
		return extend_segment(x, guest, slot);
	return open_segment(x, guest, slot);
}

/**
 * ccw_xlat_start_slots - make the guard that every program ends with
 * @x: an empty translation
 */
void ccw_xlat_start_slots(struct ccw_xlat *x)
{
	x->first_note = arena_at(x, x->arena.len - (u32)sizeof(union slot_note));
	x->nr_slots = 1;
	clear_slots(x, 0, 1);
	memset(slot_note(x, 0), 0, sizeof(union slot_note));
}
