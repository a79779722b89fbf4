// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a guest's channel program: finds every CCW the channel can come to and
 * copies it, in format 1, to a slot of the arena. The data the CCWs move is
 * another file's subject.
 */
#include "translator-internal.h"

/* Bytes of arena that one CCW takes: its slot and its note. */
#define SLOT_COST	(CCW_SIZE + (u32)sizeof(union slot_note))

static u32 segment_count(const struct ccw_xlat *x, u32 head)
{
	return slot_note(x, head)->head.count;
}

static u32 segment_guest(const struct ccw_xlat *x, u32 head)
{
	return slot_note(x, head)->head.guest;
}

static u32 segment_end(const struct ccw_xlat *x, u32 head)
{
	return segment_guest(x, head) + segment_count(x, head) * CCW_SIZE;
}

static bool segment_covers(const struct ccw_xlat *x, u32 head, u32 guest)
{
	return guest >= segment_guest(x, head) && guest < segment_end(x, head);
}

static bool segment_contains(const struct ccw_xlat *x, u32 head, u32 slot)
{
	return slot > head &&
	       slot <= head + segment_count(x, head) + SEGMENT_LINKS;
}

static u32 first_link(const struct ccw_xlat *x, u32 head)
{
	return head + 1 + segment_count(x, head);
}

/**
 * ccw_xlat_next_segment - the head behind a segment
 * @x: the translation
 * @head: slot of a segment's head
 *
 * Return: slot of the next head, or of the guard behind the last segment.
 */
u32 ccw_xlat_next_segment(const struct ccw_xlat *x, u32 head)
{
	return first_link(x, head) + SEGMENT_LINKS;
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

/* Return: the head of the segment a CCW's slot is in. */
static u32 segment_of(struct ccw_xlat *x, u32 slot)
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
 * @slot: a CCW's slot
 *
 * Return: guest absolute address of the CCW.
 */
u32 ccw_xlat_slot_guest(struct ccw_xlat *x, u32 slot)
{
	u32 head = segment_of(x, slot);

	return segment_guest(x, head) + (slot - head - 1) * CCW_SIZE;
}

/* A format-0 CCW, in place, to format 1 (PoP, "Format-0 CCWs"). */
static void convert_to_format1(u8 *ccw)
{
	u8 command = ccw[0];
	u32 address = load_be32(ccw) & 0xffffff;
	u8 flags = ccw[4];
	u8 count[2] = { ccw[6], ccw[7] };

	if ((command & 0x0f) == CCW_COMMAND_TIC) {
		/* Format 0 ignores all of a TIC but 4 bits and the address. */
		command = CCW_COMMAND_TIC;
		flags = 0;
		count[0] = 0;
		count[1] = 0;
	}
	ccw[0] = command;
	ccw[1] = flags;
	ccw[2] = count[0];
	ccw[3] = count[1];
	store_be32(ccw + 4, address);
}

/*
 * How many CCWs to read at a guest address: not across a page, for the next
 * one may not exist; not into a segment, for a guest CCW is read once; not more
 * than there is room for. Return: 0 if there is no room.
 */
static u32 piece_count(const struct ccw_xlat *x, u32 guest, u32 bytes,
		       u32 overhead)
{
	u32 room = (x->arena.len - x->kept) / SLOT_COST;
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

static void grow(struct ccw_xlat *x, u32 slots)
{
	u32 first = x->nr_slots;

	x->nr_slots += slots;
	memset(slot_ccw(x, first), 0, slots * CCW_SIZE);
	memset(slot_note(x, x->nr_slots - 1), 0,
	       slots * sizeof(union slot_note));
}

static enum ccw_xlat_reason read_piece(struct ccw_xlat *x, u32 slot, u32 guest,
				       u32 count)
{
	u32 i;

	if (x->read(x->read_ctx, guest, slot_ccw(x, slot), count * CCW_SIZE)) {
		memset(slot_ccw(x, slot), 0, count * CCW_SIZE);
		return CCW_XLAT_READ_CCW;
	}
	for (i = 0; !x->format1 && i < count; i++)
		convert_to_format1(slot_ccw(x, slot + i));
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason open_segment(struct ccw_xlat *x, u32 guest)
{
	u32 count = piece_count(x, guest, CCW_XLAT_PIECE, SEGMENT_OVERHEAD);
	u32 head = x->nr_slots - 1;
	enum ccw_xlat_reason reason;

	if (!count)
		return CCW_XLAT_SPACE;
	grow(x, count + SEGMENT_OVERHEAD);
	reason = read_piece(x, head + 1, guest, count);
	if (reason) {
		x->nr_slots = head + 1;
		return reason;
	}
	slot_note(x, head)->head.guest = guest;
	slot_note(x, head)->head.count = count;
	x->last_head = head;
	x->near_head = head;
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
	return x->nr_slots > 1 && guest == segment_end(x, x->last_head);
}

static enum ccw_xlat_reason extend_segment(struct ccw_xlat *x, u32 guest)
{
	u32 head = x->last_head;
	u32 count = segment_count(x, head);
	u32 bytes = count * CCW_SIZE;
	enum ccw_xlat_reason reason;
	u32 more;

	/* What was long is likely to go on: double it. */
	if (bytes < CCW_XLAT_PIECE)
		bytes = CCW_XLAT_PIECE;
	more = piece_count(x, guest, bytes, 0);
	if (!more)
		return CCW_XLAT_SPACE;
	grow(x, more);
	reason = read_piece(x, head + 1 + count, guest, more);
	if (reason) {
		x->nr_slots -= more;
		return reason;
	}
	slot_note(x, head)->head.count = count + more;
	return CCW_XLAT_OK;
}

/* Finds the slot of a guest CCW; reads the CCW if there is none yet. */
static enum ccw_xlat_reason slot_for(struct ccw_xlat *x, u32 guest, u32 *slot)
{
	enum ccw_xlat_reason reason;

	x->error.guest_ccw = guest;
	if (guest % CCW_SIZE || guest >= guest_limit(x))
		return CCW_XLAT_CPA;
	*slot = find_slot(x, guest);
	if (*slot != NO_SLOT)
		return CCW_XLAT_OK;
	if (segment_can_grow(x, guest))
		reason = extend_segment(x, guest);
	else
		reason = open_segment(x, guest);
	if (!reason)
		*slot = find_slot(x, guest);
	return reason;
}

/*
 * PoP, "Command Code": what a command moves, and which way. An invalid one is
 * never executed.
 */
static u8 command_operation(u8 command)
{
	switch (command & 0x0f) {
	case 0x0:
	case 0x8:
		return 0;
	case 0x4:	/* sense */
		return ENTER_INPUT;
	case 0xc:
		return ENTER_BACKWARD;
	}
	if (command == CCW_COMMAND_NOP)
		return ENTER_NOTHING;
	return (command & 0x03) == 0x02 ? ENTER_INPUT : ENTER_OUTPUT;
}

/**
 * ccw_xlat_operations - what a CCW may be executed as
 * @ccw: the CCW, no TIC
 * @entered: how it is entered, ENTER_ bits
 *
 * Return: ENTER_ bits other than ENTER_COMMAND; none if it only gives a program
 * check.
 */
u8 ccw_xlat_operations(const u8 *ccw, u8 entered)
{
	u8 operations = entered & ENTER_DATA;

	if (entered & ENTER_COMMAND)
		operations |= command_operation(ccw_command(ccw));
	return operations;
}

static void enter(struct ccw_xlat *x, u32 slot, u8 how)
{
	union slot_note *note = slot_note(x, slot);
	u8 fresh = how & ~note->ccw.entered;

	if (!fresh)
		return;
	if (!note->ccw.pending) {
		note->ccw.next = x->to_visit;
		x->to_visit = slot;
	}
	note->ccw.pending |= fresh;
	note->ccw.entered |= fresh;
	if (!x->speculating)
		note->ccw.needed |= fresh;
}

/*
 * The channel goes on to the CCW @distance slots further. If that is not in
 * this segment, the slot there is a link.
 */
static enum ccw_xlat_reason step(struct ccw_xlat *x, u32 slot, u32 distance,
				 u8 how)
{
	u32 guest = ccw_xlat_slot_guest(x, slot) + distance * CCW_SIZE;
	enum ccw_xlat_reason reason;
	union slot_note *link;
	u32 target;

	reason = slot_for(x, guest, &target);
	if (reason)
		return reason;
	if (target != slot + distance) {
		link = slot_note(x, slot + distance);
		link->ccw.next = target;
		link->ccw.entered |= how;
	}
	enter(x, target, how);
	return CCW_XLAT_OK;
}

/*
 * A step out of a speculative CCW that fails leads nowhere: the slot there is,
 * or stays, a zero CCW.
 */
static enum ccw_xlat_reason follow(struct ccw_xlat *x, u32 slot, u32 distance,
				   u8 how)
{
	enum ccw_xlat_reason reason = step(x, slot, distance, how);

	if (!reason || !x->speculating)
		return reason;
	ccw_xlat_note_cut(x, x->error.guest_ccw, reason);
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason follow_command(struct ccw_xlat *x, u32 slot)
{
	enum ccw_xlat_reason reason = follow(x, slot, 1, ENTER_COMMAND);

	if (!reason && x->speculating)
		reason = follow(x, slot, 2, ENTER_COMMAND);
	return reason;
}

static enum ccw_xlat_reason visit_tic(struct ccw_xlat *x, u32 slot, u8 how)
{
	const u8 *ccw = slot_ccw(x, slot);
	u32 guest = ccw_xlat_slot_guest(x, slot);
	enum ccw_xlat_reason reason;
	u32 target;

	x->error.guest_ccw = guest;
	if (ccw_flags(ccw) || ccw_count(ccw) || ccw_address(ccw) >> 31)
		return CCW_XLAT_TIC_FORMAT;
	reason = slot_for(x, ccw_address(ccw), &target);
	if (reason)
		return reason;
	if (ccw_is_tic(slot_ccw(x, target))) {
		x->error.guest_ccw = guest;
		return CCW_XLAT_TIC_TO_TIC;
	}
	enter(x, target, how);
	return CCW_XLAT_OK;
}

/*
 * What the channel checks before it looks at any address, and what would
 * otherwise get lost on the way from format 0 to format 1: there a count of
 * zero is always invalid, here only in data chaining (PoP, "Invalid Count").
 */
static enum ccw_xlat_reason check_ccw(const struct ccw_xlat *x, const u8 *ccw,
				      u8 how)
{
	u8 command = ccw_command(ccw) & 0x0f;

	if (how & ENTER_COMMAND && (!command || command == CCW_COMMAND_TIC))
		return CCW_XLAT_COMMAND;
	if (ccw_flags(ccw) & CCW_FLAG_MODIFIED)
		return CCW_XLAT_MIDA;
	if (ccw_count(ccw))
		return CCW_XLAT_OK;
	if (!x->format1 || how & ENTER_DATA ||
	    ccw_flags(ccw) & CCW_FLAG_CHAIN_DATA)
		return CCW_XLAT_COUNT;
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason visit(struct ccw_xlat *x, u32 slot, u8 how)
{
	const u8 *ccw = slot_ccw(x, slot);
	enum ccw_xlat_reason reason;

	if (ccw_is_tic(ccw))
		return visit_tic(x, slot, how);
	x->error.guest_ccw = ccw_xlat_slot_guest(x, slot);
	reason = check_ccw(x, ccw, how);
	if (reason)
		return reason;
	if (ccw_flags(ccw) & CCW_FLAG_INDIRECT)
		x->indirect = true;
	if (ccw_flags(ccw) & CCW_FLAG_CHAIN_DATA)
		return follow(x, slot, 1, ccw_xlat_operations(ccw, how));
	if (ccw_flags(ccw) & CCW_FLAG_CHAIN_COMMAND)
		return follow_command(x, slot);
	return CCW_XLAT_OK;
}

/*
 * A CCW that is needed was found good the way it is needed; entered in another
 * way it is the channel that finds it bad, for it sees the same CCW.
 */
static void cut_unless_needed(struct ccw_xlat *x, u32 slot,
			      enum ccw_xlat_reason reason)
{
	if (slot_is_needed(x, slot))
		return;
	slot_note(x, slot)->ccw.flags |= NOTE_CUT;
	ccw_xlat_note_cut(x, x->error.guest_ccw, reason);
}

/* Visits all CCWs in the list, and those they lead to. */
static enum ccw_xlat_reason visit_all(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;
	union slot_note *note;
	u32 slot;
	u8 how;

	while (x->to_visit != NO_SLOT) {
		slot = x->to_visit;
		note = slot_note(x, slot);
		x->to_visit = note->ccw.next;
		how = note->ccw.pending;
		note->ccw.pending = 0;
		reason = visit(x, slot, how);
		if (reason && !x->speculating)
			return reason;
		if (reason)
			cut_unless_needed(x, slot, reason);
	}
	return CCW_XLAT_OK;
}

/* PoP, "Status Modifier": only command chaining can skip a CCW. */
static bool status_modifier_matters(const struct ccw_xlat *x, u32 slot)
{
	const u8 *ccw = slot_ccw(x, slot);
	u8 chain = ccw_flags(ccw) &
		   (CCW_FLAG_CHAIN_DATA | CCW_FLAG_CHAIN_COMMAND);

	return slot_is_live(x, slot) && !ccw_is_tic(ccw) &&
	       chain == CCW_FLAG_CHAIN_COMMAND;
}

/*
 * The second look at the needed CCWs: where does a status modifier lead? What
 * that finds may be added behind, or grow the last segment, while this runs. It
 * must not take the room that the data of the needed CCWs will want.
 */
static void speculate(struct ccw_xlat *x)
{
	u32 head, i;

	x->speculating = true;
	x->kept = ccw_xlat_data_bound(x);
	for_each_segment(x, head) {
		for (i = 1; i <= segment_count(x, head); i++) {
			if (!status_modifier_matters(x, head + i))
				continue;
			follow(x, head + i, 2, ENTER_COMMAND);
			visit_all(x);
		}
	}
}

/**
 * ccw_xlat_read_program - read all CCWs that can be reached
 * @x: an empty translation, set up from an ORB
 *
 * Return: CCW_XLAT_OK, or what is wrong with a needed CCW; error.guest_ccw is
 * its address.
 */
enum ccw_xlat_reason ccw_xlat_read_program(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;
	u32 slot;

	grow(x, 1);
	reason = slot_for(x, x->cpa, &slot);
	if (reason)
		return reason;
	if (ccw_is_tic(slot_ccw(x, slot)))
		return CCW_XLAT_FIRST_TIC;
	x->host_cpa = arena_abs(x, slot * CCW_SIZE);
	enter(x, slot, ENTER_COMMAND);
	reason = visit_all(x);
	if (reason)
		return reason;
	speculate(x);
	return CCW_XLAT_OK;
}

static void point_tic(struct ccw_xlat *x, u32 slot, u32 target)
{
	u8 *ccw = slot_ccw(x, slot);

	store_be32(ccw, (u32)CCW_COMMAND_TIC << 24);
	store_be32(ccw + 4, arena_abs(x, target * CCW_SIZE));
}

/* What a link stands for is a TIC itself: TIC to TIC would be invalid. */
static void finish_link(struct ccw_xlat *x, u32 slot)
{
	u32 target = slot_note(x, slot)->ccw.next;

	if (!slot_note(x, slot)->ccw.entered)
		return;
	if (ccw_is_tic(slot_ccw(x, target)))
		memcpy(slot_ccw(x, slot), slot_ccw(x, target), CCW_SIZE);
	else
		point_tic(x, slot, target);
}

static void finish_slot(struct ccw_xlat *x, u32 slot)
{
	u8 *ccw = slot_ccw(x, slot);

	if (!slot_is_live(x, slot))
		memset(ccw, 0, CCW_SIZE);
	else if (ccw_is_tic(ccw))
		point_tic(x, slot, find_slot(x, ccw_address(ccw)));
}

/**
 * ccw_xlat_finish_slots - point TICs into the arena, clear what is not reached
 * @x: a translation whose CCWs and data are read
 */
void ccw_xlat_finish_slots(struct ccw_xlat *x)
{
	u32 head, i;

	for_each_segment(x, head)
		for (i = 1; i <= segment_count(x, head); i++)
			finish_slot(x, head + i);
	for_each_segment(x, head)
		for (i = 0; i < SEGMENT_LINKS; i++)
			finish_link(x, first_link(x, head) + i);
}

static bool suspends(const u8 *ccw)
{
	return ccw_flags(ccw) & CCW_FLAG_SUSPEND;
}

/* The host's CCW always has an IDAL, and its own address. */
static bool is_same_ccw(const struct ccw_xlat *x, u32 slot, const u8 *now)
{
	const u8 *ccw = slot_ccw(x, slot);
	u8 changed = ccw_flags(ccw) ^ ccw_flags(now);

	return ccw_command(now) == ccw_command(ccw) &&
	       !(changed & ~(CCW_FLAG_SUSPEND | CCW_FLAG_INDIRECT)) &&
	       ccw_count(now) == ccw_count(ccw) &&
	       ccw_address(now) == slot_note(x, slot)->ccw.next;
}

static enum ccw_xlat_reason reread_ccw(struct ccw_xlat *x, u32 slot, u8 *now)
{
	x->error.guest_ccw = ccw_xlat_slot_guest(x, slot);
	if (x->read(x->read_ctx, x->error.guest_ccw, now, CCW_SIZE))
		return CCW_XLAT_READ_CCW;
	if (!x->format1)
		convert_to_format1(now);
	return is_same_ccw(x, slot, now) ? CCW_XLAT_OK : CCW_XLAT_CHANGED;
}

/* Notes what the guest wants; what is speculative may be no CCW at all. */
static enum ccw_xlat_reason note_suspend(struct ccw_xlat *x, u32 slot)
{
	union slot_note *note = slot_note(x, slot);
	const u8 *wanted = slot_ccw(x, slot);
	enum ccw_xlat_reason reason;
	u8 now[CCW_SIZE];

	reason = reread_ccw(x, slot, now);
	if (reason && slot_is_needed(x, slot))
		return reason;
	if (!reason)
		wanted = now;
	note->ccw.flags &= (u8)~NOTE_SUSPEND;
	if (suspends(wanted))
		note->ccw.flags |= NOTE_SUSPEND;
	return CCW_XLAT_OK;
}

static bool can_suspend(const struct ccw_xlat *x, u32 slot)
{
	return slot_is_live(x, slot) && !ccw_is_tic(slot_ccw(x, slot));
}

static bool suspend_wanted(const struct ccw_xlat *x, u32 slot)
{
	return slot_note(x, slot)->ccw.flags & NOTE_SUSPEND;
}

static void apply_suspend(struct ccw_xlat *x, bool on)
{
	u32 head, slot;
	u8 *ccw;

	for_each_segment(x, head) {
		for (slot = head + 1; slot < first_link(x, head); slot++) {
			ccw = slot_ccw(x, slot);
			if (!can_suspend(x, slot) || suspends(ccw) == on ||
			    suspend_wanted(x, slot) != on)
				continue;
			/* One byte: the channel sees it change at once. */
			ccw[1] ^= CCW_FLAG_SUSPEND;
		}
	}
}

/**
 * ccw_xlat_reread_suspend - take over the suspend flags of the guest's program
 * @x: a built translation
 *
 * Return: CCW_XLAT_OK, or what is wrong with a needed CCW; error.guest_ccw is
 * its address, and no flag has changed.
 */
enum ccw_xlat_reason ccw_xlat_reread_suspend(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;
	u32 head, slot;

	for_each_segment(x, head) {
		for (slot = head + 1; slot < first_link(x, head); slot++) {
			if (!can_suspend(x, slot))
				continue;
			reason = note_suspend(x, slot);
			if (reason)
				return reason;
		}
	}
	apply_suspend(x, true);
	apply_suspend(x, false);
	return CCW_XLAT_OK;
}
