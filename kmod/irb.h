/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the words of an interruption response block say, and how status that
 * nobody has read yet and status that follows it add up.
 *
 * Pure: no locks, no side effects; the same on big- and little-endian machines,
 * as each word is a number. PoP below is the z/Architecture Principles of
 * Operation, chapter 16: "Interruption-Response Block", "Subchannel-Status Word"
 * and "Extended-Status Word".
 */
#ifndef VIRT_CCW_IRB_H
#define VIRT_CCW_IRB_H

#include "translator.h"

/* subchannel-status word, extended-status word, extended-control word */
#define IRB_SCSW		0
#define IRB_CCW_ADDRESS		1
#define IRB_STATUS		2
#define IRB_ESW			3
#define IRB_ESW_REPORT		4
#define IRB_ESW_FAILING_STORAGE	5
#define IRB_ESW_SECONDARY_CCW	7
#define IRB_ECW			8
#define IRB_WORDS		16

/* in word 0 of the subchannel-status word */
#define IRB_ESW_FORMAT_0	0x04000000u
#define IRB_DEFERRED_CC		0x03000000u
#define IRB_ZERO_CC		0x00040000u
#define IRB_EXTENDED_CONTROL	0x00020000u
#define IRB_PATH_NOT_OPERATIONAL 0x00010000u

/* function control */
#define IRB_START		0x00004000u
#define IRB_HALT		0x00002000u
#define IRB_CLEAR		0x00001000u
#define IRB_FUNCTIONS		0x00007000u

/* activity control */
#define IRB_RESUME_PENDING	0x00000800u
#define IRB_START_PENDING	0x00000400u
#define IRB_HALT_PENDING	0x00000200u
#define IRB_CLEAR_PENDING	0x00000100u
#define IRB_SUBCHANNEL_ACTIVE	0x00000080u
#define IRB_DEVICE_ACTIVE	0x00000040u
#define IRB_SUSPENDED		0x00000020u
#define IRB_ACTIVITIES		0x00000fe0u

/* status control */
#define IRB_ALERT		0x00000010u
#define IRB_INTERMEDIATE	0x00000008u
#define IRB_PRIMARY		0x00000004u
#define IRB_SECONDARY		0x00000002u
#define IRB_PENDING		0x00000001u
#define IRB_STATUS_CONTROL	0x0000001fu

/* in word 2: device status and subchannel status; the rest is a count */
#define IRB_DEVICE_STATUS	0xff000000u
#define IRB_SUBCHANNEL_STATUS	0x00ff0000u
#define IRB_PROGRAM_CHECK	0x00200000u
#define IRB_COUNT		0x0000ffffu

/* in the extended-report word */
#define IRB_REPORT_FAILING	0x02000000u	/* failing-storage address valid */
#define IRB_REPORT_SECONDARY	0x00800000u	/* secondary CCW address valid */
#define IRB_REPORT_TWO_WORDS	0x00400000u	/* failing-storage address format */

/* something moves data, or has yet to stop what may */
#define IRB_BUSY		(IRB_SUBCHANNEL_ACTIVE | IRB_DEVICE_ACTIVE | \
				 IRB_HALT_PENDING | IRB_CLEAR_PENDING)

/* the start function has yet to begin or to go on */
#define IRB_WAITING		(IRB_START_PENDING | IRB_RESUME_PENDING | IRB_SUSPENDED)

/**
 * struct irb_words - an interruption response block, as TEST SUBCHANNEL stores it
 * @word: its words
 */
struct irb_words {
	u32 word[IRB_WORDS];
};

/**
 * struct irb_box - status on its way to its reader
 * @irb: status not yet read, or what reading it has left
 * @unread: there is some
 */
struct irb_box {
	struct irb_words irb;
	bool unread;
};

void irb_translate(struct irb_words *irb, const struct ccw_xlat *program);
void irb_box_add(struct irb_box *box, const struct irb_words *irb);
void irb_box_untake(struct irb_box *box, const struct irb_words *irb);

/**
 * irb_is_solicited - does status answer what was started, halted or cleared
 * @irb: the status
 *
 * Alert status alone, while no start function is in progress, comes from the
 * device and not from what was started.
 *
 * Return: whether it does.
 */
static inline bool irb_is_solicited(const struct irb_words *irb)
{
	u32 scsw = irb->word[IRB_SCSW];

	return (scsw & (IRB_DEFERRED_CC | IRB_START)) ||
	       (scsw & IRB_STATUS_CONTROL) != (IRB_PENDING | IRB_ALERT);
}

/* Halt and clear end the start function, as does a deferred condition code. */
static inline bool irb_may_wait(u32 scsw)
{
	return !(scsw & (IRB_DEFERRED_CC | IRB_HALT | IRB_CLEAR));
}

/**
 * irb_ends_program - is the channel program over
 * @irb: status that came while there was one
 *
 * A suspended program and one with only its primary status still need memory.
 *
 * Return: whether the channel does not work for it any more.
 */
static inline bool irb_ends_program(const struct irb_words *irb)
{
	u32 scsw = irb->word[IRB_SCSW];
	u32 unfinished = IRB_BUSY | (irb_may_wait(scsw) ? IRB_WAITING : 0);

	return irb_is_solicited(irb) && !(scsw & unfinished);
}

/**
 * irb_box_put - there is new status
 * @box: the box
 * @irb: the status
 */
static inline void irb_box_put(struct irb_box *box, const struct irb_words *irb)
{
	if (box->unread)
		irb_box_add(box, irb);
	else
		box->irb = *irb;
	box->unread = true;
}

static inline bool irb_is_intermediate(u32 scsw)
{
	return (scsw & IRB_STATUS_CONTROL) == (IRB_PENDING | IRB_INTERMEDIATE);
}

/*
 * What TEST SUBCHANNEL leaves behind (PoP): a program that has told something
 * meanwhile, such as that it is suspended, is still there unless it was halted.
 */
static inline void irb_leave_function(struct irb_words *irb)
{
	u32 taken = irb->word[IRB_SCSW];
	bool runs_on = irb_is_intermediate(taken) && !irb_ends_program(irb);

	*irb = (struct irb_words) {};
	if (runs_on)
		irb->word[IRB_SCSW] = taken & (IRB_FUNCTIONS | IRB_ACTIVITIES);
}

/**
 * irb_box_take - read the status
 * @box: the box
 * @irb: where to; if there is no status it says "not status pending"
 *
 * No status is told twice: whoever was told of one program's end again would
 * take it for that of the next.
 *
 * Return: whether there was status.
 */
static inline bool irb_box_take(struct irb_box *box, struct irb_words *irb)
{
	bool unread = box->unread;

	*irb = box->irb;
	if (unread)
		irb_leave_function(&box->irb);
	box->unread = false;
	return unread;
}

#endif
