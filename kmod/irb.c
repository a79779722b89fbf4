// SPDX-License-Identifier: GPL-2.0-only
/*
 * Status of a subchannel: what it means for the channel program, what a guest
 * may see of it, and how it accumulates.
 */
#include "irb.h"

static u32 guest_address(const struct ccw_xlat *program, u32 host)
{
	return program ? ccw_xlat_guest_cpa(program, host) : 0;
}

static void translate_esw(struct irb_words *irb, const struct ccw_xlat *program)
{
	u32 *word = irb->word;

	word[IRB_ESW_REPORT] &= ~(IRB_REPORT_TWO_WORDS | IRB_REPORT_FAILING);
	word[IRB_ESW_FAILING_STORAGE] = 0;
	word[IRB_ESW_FAILING_STORAGE + 1] = 0;
	word[IRB_ESW_SECONDARY_CCW] = guest_address(program, word[IRB_ESW_SECONDARY_CCW]);
	if (!word[IRB_ESW_SECONDARY_CCW])
		word[IRB_ESW_REPORT] &= ~IRB_REPORT_SECONDARY;
}

/**
 * irb_translate - put the guest's addresses in the place of the host's
 * @irb: status as the host's subchannel has it
 * @program: the channel program it belongs to, or NULL if there is none
 *
 * Where the host keeps the program is of no use to the guest: what has no
 * address there becomes zero.
 */
void irb_translate(struct irb_words *irb, const struct ccw_xlat *program)
{
	irb->word[IRB_CCW_ADDRESS] = guest_address(program, irb->word[IRB_CCW_ADDRESS]);
	if (irb->word[IRB_SCSW] & IRB_ESW_FORMAT_0)
		translate_esw(irb, program);
}

/* Word 0: what is in progress is as the latest says, what has happened adds up. */
static u32 accumulate_scsw(u32 latest, u32 unread)
{
	const u32 adds_up = IRB_ZERO_CC | IRB_PATH_NOT_OPERATIONAL | IRB_STATUS_CONTROL;

	/* Its function is in progress until its status is taken. */
	if (!(latest & IRB_FUNCTIONS))
		latest |= unread & IRB_FUNCTIONS;
	if (!(latest & IRB_DEFERRED_CC))
		latest |= unread & IRB_DEFERRED_CC;
	return latest | (unread & adds_up);
}

static void accumulate_status(struct irb_words *latest, const struct irb_words *unread)
{
	const u32 status = IRB_DEVICE_STATUS | IRB_SUBCHANNEL_STATUS;

	/* Only these two bring a CCW address and a count of their own. */
	if (!(latest->word[IRB_SCSW] & (IRB_PRIMARY | IRB_INTERMEDIATE))) {
		latest->word[IRB_CCW_ADDRESS] = unread->word[IRB_CCW_ADDRESS];
		latest->word[IRB_STATUS] &= ~IRB_COUNT;
		latest->word[IRB_STATUS] |= unread->word[IRB_STATUS] & IRB_COUNT;
	}
	latest->word[IRB_STATUS] |= unread->word[IRB_STATUS] & status;
}

static void keep_words(struct irb_words *latest, const struct irb_words *unread, u32 first,
		       u32 end, u32 flag)
{
	memcpy(&latest->word[first], &unread->word[first], (end - first) * sizeof(u32));
	latest->word[IRB_SCSW] &= ~flag;
	latest->word[IRB_SCSW] |= unread->word[IRB_SCSW] & flag;
}

/* The extended-status word counts the sense data in the extended-control word. */
static void accumulate_extensions(struct irb_words *latest, const struct irb_words *unread)
{
	const u32 brings = latest->word[IRB_SCSW] & (IRB_EXTENDED_CONTROL | IRB_ESW_FORMAT_0);
	const u32 brought = unread->word[IRB_SCSW] & IRB_EXTENDED_CONTROL;

	if (brings & IRB_EXTENDED_CONTROL)
		return;
	if (brought || !brings)
		keep_words(latest, unread, IRB_ESW, IRB_ECW, IRB_ESW_FORMAT_0);
	keep_words(latest, unread, IRB_ECW, IRB_WORDS, IRB_EXTENDED_CONTROL);
}

/* The clear function removes all status there was. */
static void accumulate(struct irb_words *latest, const struct irb_words *unread)
{
	if (latest->word[IRB_SCSW] & IRB_CLEAR)
		return;
	accumulate_extensions(latest, unread);
	accumulate_status(latest, unread);
	latest->word[IRB_SCSW] = accumulate_scsw(latest->word[IRB_SCSW], unread->word[IRB_SCSW]);
}

/**
 * irb_box_add - there is new status, and status that nobody has read
 * @box: the box
 * @irb: the new status
 *
 * They add up (PoP, "Status Accumulation").
 */
void irb_box_add(struct irb_box *box, const struct irb_words *irb)
{
	struct irb_words latest = *irb;

	accumulate(&latest, &box->irb);
	box->irb = latest;
}

/**
 * irb_box_untake - status that was taken did not reach its reader
 * @box: the box
 * @irb: the status
 */
void irb_box_untake(struct irb_box *box, const struct irb_words *irb)
{
	if (box->unread)
		accumulate(&box->irb, irb);
	else
		box->irb = *irb;
	box->unread = true;
}
