/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a mediated subchannel has done so far.
 *
 * Plain numbers that only grow, each guarded by a lock its writers hold anyway,
 * so that counting costs one instruction. Whoever reads them takes no lock and
 * sees each number as it is at that moment, but not all of the same moment.
 */
#ifndef VIRT_CCW_COUNTERS_H
#define VIRT_CCW_COUNTERS_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "translator.h"

/*
 * Times are of the TOD clock: 4096 units are one microsecond. A bucket of a
 * histogram is for the times with as many leading zeros as its number: what the
 * processor finds out in one instruction.
 */
#define VFIO_CCW_BUCKETS	64

/**
 * enum vfio_ccw_function - what user space asks a subchannel to do
 * @VFIO_CCW_START: START SUBCHANNEL
 * @VFIO_CCW_RESUME: RESUME SUBCHANNEL
 * @VFIO_CCW_HALT: HALT SUBCHANNEL
 * @VFIO_CCW_CLEAR: CLEAR SUBCHANNEL
 * @VFIO_CCW_FUNCTIONS: how many there are
 */
enum vfio_ccw_function {
	VFIO_CCW_START,
	VFIO_CCW_RESUME,
	VFIO_CCW_HALT,
	VFIO_CCW_CLEAR,
	VFIO_CCW_FUNCTIONS,
};

/* the errors that are counted each, and one for all others */
#define VFIO_CCW_ERRORS		11

/**
 * struct vfio_ccw_histogram - how long something took, how many times
 * @count: by the time's leading zeros
 */
struct vfio_ccw_histogram {
	u64 count[VFIO_CCW_BUCKETS];
};

/**
 * struct vfio_ccw_counters - what a mediated subchannel has done so far
 * @opened: times it was opened; guarded by request_lock, as what follows
 * @resets: times user space has reset it
 * @requests: by function, those that failed included
 * @errors: requests that failed, by index in vfio_ccw_errors[]
 * @refused: translations that failed, by reason
 * @ccws: CCWs of translated programs
 * @pages: guest pages they use
 * @bytes: bytes of guest memory they designate
 * @revoked: programs that had to give up pages which user space has taken back;
 *	guarded by pages.lock
 * @ssch: START SUBCHANNEL by condition code; guarded by sch->lock, as what
 *	follows
 * @unsolicited: interrupts of the device's own accord
 * @intermediate: interrupts with which a program goes on
 * @idle: other interrupts without a program, such as after a halt. Those that
 *	end a program are in @start_to_interrupt.
 * @spurious: interrupts while it was closed
 * @other_reads: times that user space has taken status that did not end a
 *	program; the others are in @signal_to_read
 * @paths: channel path events
 * @crws: channel report words queued
 * @lost_crws: channel report words the queue had no room for
 * @wedged: programs that could not be stopped
 * @started_at: when the running program was started
 * @signalled_at: when the end of a program was signalled that nobody has read,
 *	or 0
 * @start_to_interrupt: from START SUBCHANNEL to the interrupt that ends it
 * @interrupt_to_signal: from there until the eventfd was signalled
 * @signal_to_read: from there until user space has taken the status
 */
struct vfio_ccw_counters {
	u64 opened;
	u64 resets;
	u64 requests[VFIO_CCW_FUNCTIONS];
	u64 errors[VFIO_CCW_ERRORS];
	u64 refused[CCW_XLAT_CHANGED + 1];
	u64 ccws;
	u64 pages;
	u64 bytes;

	u64 revoked;

	u64 ssch[4];
	u64 unsolicited;
	u64 intermediate;
	u64 idle;
	u64 spurious;
	u64 other_reads;
	u64 paths;
	u64 crws;
	u64 lost_crws;
	u64 wedged;
	u64 started_at;
	u64 signalled_at;
	struct vfio_ccw_histogram start_to_interrupt;
	struct vfio_ccw_histogram interrupt_to_signal;
	struct vfio_ccw_histogram signal_to_read;
};

/* get_tod_clock_fast(), but straight to where the time is kept. */
static inline void vfio_ccw_stamp(u64 *time)
{
	asm volatile("stckf %0" : "=Q" (*time) : : "cc");
}

static inline void vfio_ccw_count_time(struct vfio_ccw_histogram *histogram, u64 time)
{
	/* No time at all counts as the least there is. */
	unsigned int zeros = __builtin_clzl(time | 1);
	u64 *count;

	/* Masked and shifted in one instruction, where its sign is not known. */
	OPTIMIZER_HIDE_VAR(zeros);
	count = &histogram->count[zeros & (VFIO_CCW_BUCKETS - 1)];
	/* Only without an index can memory be added to in one instruction. */
	OPTIMIZER_HIDE_VAR(count);
	(*count)++;
}

#endif
