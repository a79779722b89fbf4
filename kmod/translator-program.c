// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds every CCW of a guest's channel program that the channel can come to. The
 * data the CCWs move is another file's subject.
 *
 * But for status modifiers each CCW has one successor, so the needed CCWs are a
 * single walk from the first to where chaining ends or closes a loop. Where it
 * goes straight on, it does so in one loop.
 */
#include "translator-internal.h"

/*
 * struct walk - where a walk is
 * @head: head of the segment
 * @slot: slot of the CCW, or of a link behind the segment
 * @how: how it is entered, one ENTER_ bit
 */
struct walk {
	u32 head;
	u32 slot;
	u8 how;
};

/* Ways of entering the next CCW that are none. */
#define CHAIN_ENDS	0x00
#define CHAIN_FAILS	0x80

/* Why a walk does not go straight on. */
enum walk_stop {
	WALK_ENDS,
	WALK_AT_TIC,
	WALK_AT_LINK,
	WALK_AT_BAD_CCW,
};

/* A CCW that somebody comes to for the first time is as the guest has it. */
static inline void see_slot(struct ccw_xlat *x, u32 slot)
{
	union slot_note *note = slot_note(x, slot);

	if (x->format1 || note->ccw.flags & NOTE_FORMAT1)
		return;
	note->ccw.flags |= NOTE_FORMAT1;
	ccw_to_format1(slot_ccw(x, slot));
}

/*
 * What the channel checks before it looks at any address, and what would
 * otherwise get lost on the way from format 0 to format 1: there a count of
 * zero is always invalid, here only in data chaining (PoP, "Invalid Count").
 * @operation is what the CCW is executed as, zero if its command is invalid.
 */
static enum ccw_xlat_reason check_ccw(const struct ccw_xlat *x, u32 word, u8 how, u8 operation)
{
	if (!operation)
		return CCW_XLAT_COMMAND;
	if (word & CCW_MODIFIED)
		return CCW_XLAT_MIDA;
	if (word & CCW_COUNT)
		return CCW_XLAT_OK;
	if (!x->format1 || how != ENTER_COMMAND || word & CCW_CHAIN_DATA)
		return CCW_XLAT_COUNT;
	return CCW_XLAT_OK;
}

/*
 * These commands mean the same to every device (SA22-7204, "Common I/O-Device
 * Commands"), which has nothing to tell by a status modifier. What is behind a
 * program is most often an older one, whose pages need not be pinned for them.
 */
static inline bool never_modifies(u8 command, u8 entered)
{
	return entered == ENTER_COMMAND &&
	       (command == CCW_COMMAND_NOP || command == CCW_COMMAND_SENSE_ID ||
		command == CCW_COMMAND_SENSE);
}

/* Remembers to look where a status modifier leads from here. */
static void follow_later(struct ccw_xlat *x, u32 slot)
{
	union slot_note *note = slot_note(x, slot);

	if (note->ccw.flags & NOTE_MODIFIER)
		return;
	note->ccw.flags |= NOTE_MODIFIER;
	note->ccw.next = x->to_follow;
	x->to_follow = slot;
}

/* How the CCW behind is entered: CHAIN_ENDS if it is not, CHAIN_FAILS if this is bad. */
static u8 chain(struct ccw_xlat *x, u32 word, u8 how)
{
	u8 operation = how;

	if (how == ENTER_COMMAND)
		operation = command_operation(word_command(word));
	if (check_ccw(x, word, how, operation))
		return CHAIN_FAILS;
	if (word & CCW_INDIRECT)
		x->indirect = true;
	if (word & CCW_CHAIN_DATA)
		return operation;
	return word & CCW_CHAIN_COMMAND ? ENTER_COMMAND : CHAIN_ENDS;
}

/* Goes on as long as CCWs follow each other in memory, and are new. */
static enum walk_stop go_straight(struct ccw_xlat *x, struct walk *at)
{
	const u32 end = first_link(x, at->head);
	const bool speculating = x->speculating;
	union slot_note *note = slot_note(x, at->slot);
	enum walk_stop stop = WALK_AT_LINK;
	u32 slot = at->slot;
	u8 how = at->how;
	u8 next;
	u32 word;

	for (; slot < end; slot++, note--, how = next) {
		stop = WALK_ENDS;
		if (note->ccw.entered & how)
			break;
		see_slot(x, slot);
		note->ccw.entered |= how;
		if (!speculating)
			note->ccw.needed |= how;
		word = ccw_word(slot_ccw(x, slot));
		stop = WALK_AT_TIC;
		if (word_is_tic(word))
			break;
		next = chain(x, word, how);
		stop = next == CHAIN_FAILS ? WALK_AT_BAD_CCW : WALK_ENDS;
		if (next == CHAIN_FAILS || next == CHAIN_ENDS)
			break;
		stop = WALK_AT_LINK;
		if (speculating && !(word & CCW_CHAIN_DATA) &&
		    !never_modifies(word_command(word), how))
			follow_later(x, slot);
	}
	at->slot = slot;
	at->how = how;
	return stop;
}

/* Everything up to here may be in use: what is behind it is not looked at. */
static void note_reach(struct ccw_xlat *x, const struct walk *at)
{
	union slot_note *note = slot_note(x, at->head);
	u32 reach = at->slot - at->head;

	if (reach > note->head.count)
		reach = note->head.count;
	if (reach > note->head.reach)
		note->head.reach = (u16)reach;
}

/*
 * Comes to a place counted from its segment's head: a CCW of the segment, or a
 * link behind it to what follows in the guest's memory.
 */
static enum ccw_xlat_reason arrive(struct ccw_xlat *x, struct walk *at)
{
	u32 place = at->slot;
	enum ccw_xlat_reason reason;

	if (place < first_link(x, at->head))
		return CCW_XLAT_OK;
	reason = ccw_xlat_slot_for(x, guest_in_segment(x, at->head, place), &at->slot);
	if (reason)
		return reason;
	if (at->slot != place) {
		slot_note(x, place)->ccw.next = at->slot;
		slot_note(x, place)->ccw.entered |= at->how;
		x->linked = true;
	}
	at->head = x->near_head;
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason take_tic(struct ccw_xlat *x, struct walk *at)
{
	const u8 *ccw = slot_ccw(x, at->slot);
	u32 guest = guest_in_segment(x, at->head, at->slot);
	enum ccw_xlat_reason reason;
	u32 target;

	x->error.guest_ccw = guest;
	if (ccw_word(ccw) & (CCW_FLAGS | CCW_COUNT) || ccw_address(ccw) >> 31)
		return CCW_XLAT_TIC_FORMAT;
	reason = ccw_xlat_slot_for(x, ccw_address(ccw), &target);
	if (reason)
		return reason;
	see_slot(x, target);
	if (word_is_tic(ccw_word(slot_ccw(x, target)))) {
		x->error.guest_ccw = guest;
		return CCW_XLAT_TIC_TO_TIC;
	}
	slot_note(x, at->slot)->ccw.next = target;
	at->head = x->near_head;
	at->slot = target;
	return CCW_XLAT_OK;
}

/* What is wrong with the CCW a walk has stopped at? */
static enum ccw_xlat_reason judge(struct ccw_xlat *x, const struct walk *at)
{
	u32 word = ccw_word(slot_ccw(x, at->slot));
	u8 operation = at->how;

	x->error.guest_ccw = guest_in_segment(x, at->head, at->slot);
	if (operation == ENTER_COMMAND)
		operation = command_operation(word_command(word));
	return check_ccw(x, word, at->how, operation);
}

/*
 * A CCW that is needed was found good the way it is needed; entered in another
 * way it is the channel that finds it bad, for it sees the same CCW.
 */
static void cut_unless_needed(struct ccw_xlat *x, u32 slot, enum ccw_xlat_reason reason)
{
	union slot_note *note = slot_note(x, slot);

	if (note->ccw.needed)
		return;
	note->ccw.flags |= NOTE_CUT;
	ccw_xlat_note_cut(x, x->error.guest_ccw, reason);
}

/*
 * Visits a CCW and those that follow. Where a speculative walk cannot go on, it
 * ends: at a CCW which becomes a zero CCW, or at a link which stays one.
 */
static enum ccw_xlat_reason walk(struct ccw_xlat *x, struct walk at)
{
	enum ccw_xlat_reason reason;
	enum walk_stop stop;
	u32 from;

	do {
		stop = go_straight(x, &at);
		note_reach(x, &at);
		from = at.slot;
		if (stop == WALK_ENDS)
			return CCW_XLAT_OK;
		if (stop == WALK_AT_TIC)
			reason = take_tic(x, &at);
		else if (stop == WALK_AT_LINK)
			reason = arrive(x, &at);
		else
			reason = judge(x, &at);
	} while (!reason);

	if (!x->speculating)
		return reason;
	if (stop == WALK_AT_LINK)
		ccw_xlat_note_cut(x, x->error.guest_ccw, reason);
	else
		cut_unless_needed(x, from, reason);
	return CCW_XLAT_OK;
}

/* PoP, "Status Modifier": the channel skips the next CCW. */
static void follow_modifier(struct ccw_xlat *x, u32 head, u32 slot)
{
	struct walk at = { .head = head, .slot = slot + 2, .how = ENTER_COMMAND };
	enum ccw_xlat_reason reason = arrive(x, &at);

	if (reason)
		ccw_xlat_note_cut(x, x->error.guest_ccw, reason);
	else
		walk(x, at);
}

static void follow_all(struct ccw_xlat *x)
{
	u32 slot;

	while (x->to_follow != NO_SLOT) {
		slot = x->to_follow;
		x->to_follow = slot_note(x, slot)->ccw.next;
		follow_modifier(x, ccw_xlat_segment_of(x, slot), slot);
	}
}

/* Only command chaining can skip a CCW, and most often leads there anyway. */
static bool modifier_matters(const u8 *ccw, const union slot_note *note)
{
	u32 word = ccw_word(ccw);

	return (word & (CCW_CHAIN_DATA | CCW_CHAIN_COMMAND)) == CCW_CHAIN_COMMAND &&
	       !(note[-2].ccw.entered & ENTER_COMMAND) && note->ccw.needed &&
	       !never_modifies(word_command(word), note->ccw.entered);
}

static void speculate_in_segment(struct ccw_xlat *x, u32 head)
{
	const u32 end = segment_reach(x, head);
	const union slot_note *note = slot_note(x, head);
	const u8 *ccw = slot_ccw(x, head);
	u32 slot;

	for (slot = head + 1; slot < end; slot++) {
		note--;
		ccw += CCW_SIZE;
		if (!modifier_matters(ccw, note))
			continue;
		follow_later(x, slot);
		follow_all(x);
	}
}

/*
 * The second look at the needed CCWs: where does a status modifier lead? What
 * that finds may be added behind, or grow the last segment, while this runs. It
 * must not take the room that the data of the needed CCWs will want.
 */
static void speculate(struct ccw_xlat *x)
{
	u32 head;

	/* A program of one CCW chains to nothing. */
	if (segment_reach(x, 0) == 2 && !x->linked)
		return;
	x->speculating = true;
	for_each_segment(x, head)
		speculate_in_segment(x, head);
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
	struct walk at = { .how = ENTER_COMMAND };
	enum ccw_xlat_reason reason;

	ccw_xlat_start_slots(x);
	reason = ccw_xlat_slot_for(x, x->cpa, &at.slot);
	if (reason)
		return reason;
	see_slot(x, at.slot);
	if (word_is_tic(ccw_word(slot_ccw(x, at.slot))))
		return CCW_XLAT_FIRST_TIC;
	x->host_cpa = arena_abs(x, at.slot * CCW_SIZE);
	reason = walk(x, at);
	if (!reason)
		speculate(x);
	return reason;
}
