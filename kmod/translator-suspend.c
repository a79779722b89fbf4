// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes over suspend flags that a guest has changed when it resumes its program
 * (PoP, "Suspension of Channel-Program Execution").
 */
#include "translator-internal.h"

#define SUSPEND_BYTE	1
#define SUSPEND_BIT	(CCW_SUSPEND >> 16)

static bool suspends(u32 word)
{
	return word & CCW_SUSPEND;
}

static bool can_suspend(const struct ccw_xlat *x, u32 slot)
{
	return slot_is_live(x, slot) && !word_is_tic(ccw_word(slot_ccw(x, slot)));
}

/* The host's CCW has an address of its own. */
static bool is_same_ccw(const struct ccw_xlat *x, u32 slot, const u8 *now)
{
	const union slot_note *note = slot_note(x, slot);
	u32 before = ccw_word(slot_ccw(x, slot)) & ~(CCW_INDIRECT | CCW_SUSPEND);

	if (note->ccw.flags & NOTE_INDIRECT)
		before |= CCW_INDIRECT;
	return (ccw_word(now) & ~CCW_SUSPEND) == before && ccw_address(now) == note->ccw.next;
}

static enum ccw_xlat_reason reread_ccw(struct ccw_xlat *x, u32 head, u32 slot, u8 *now)
{
	x->error.guest_ccw = guest_in_segment(x, head, slot);
	if (x->read(x->read_ctx, x->error.guest_ccw, now, CCW_SIZE))
		return CCW_XLAT_READ_CCW;
	if (!x->format1)
		ccw_to_format1(now);
	return is_same_ccw(x, slot, now) ? CCW_XLAT_OK : CCW_XLAT_CHANGED;
}

/* Notes what the guest wants; what is speculative may be no CCW at all. */
static enum ccw_xlat_reason note_suspend(struct ccw_xlat *x, u32 head, u32 slot)
{
	union slot_note *note = slot_note(x, slot);
	const u8 *wanted = slot_ccw(x, slot);
	enum ccw_xlat_reason reason;
	u8 now[CCW_SIZE];

	reason = reread_ccw(x, head, slot, now);
	if (reason && note->ccw.needed)
		return reason;
	if (!reason)
		wanted = now;
	note->ccw.flags &= (u8)~NOTE_SUSPEND;
	if (suspends(ccw_word(wanted)))
		note->ccw.flags |= NOTE_SUSPEND;
	return CCW_XLAT_OK;
}

static enum ccw_xlat_reason note_all(struct ccw_xlat *x)
{
	enum ccw_xlat_reason reason;
	u32 head, slot;

	for_each_segment(x, head) {
		for (slot = head + 1; slot < segment_reach(x, head); slot++) {
			if (!can_suspend(x, slot))
				continue;
			reason = note_suspend(x, head, slot);
			if (reason)
				return reason;
		}
	}
	return CCW_XLAT_OK;
}

static bool suspend_is_wanted(const struct ccw_xlat *x, u32 slot)
{
	return slot_note(x, slot)->ccw.flags & NOTE_SUSPEND;
}

static void apply_suspend(struct ccw_xlat *x, bool on)
{
	u32 head, slot;
	u8 *ccw;

	for_each_segment(x, head) {
		for (slot = head + 1; slot < segment_reach(x, head); slot++) {
			ccw = slot_ccw(x, slot);
			if (!can_suspend(x, slot) || suspends(ccw_word(ccw)) == on ||
			    suspend_is_wanted(x, slot) != on)
				continue;
			/* One byte: the channel sees it change at once. */
			ccw[SUSPEND_BYTE] ^= (u8)SUSPEND_BIT;
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
	enum ccw_xlat_reason reason = note_all(x);

	if (reason)
		return reason;
	apply_suspend(x, true);
	apply_suspend(x, false);
	return CCW_XLAT_OK;
}
