/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver tells those who watch it. Its other files say what happens,
 * one line for each step; here it is decided who is told:
 *
 *   trace events	every step, to whoever has switched them on (trace.h)
 *   counters		every step, at the price of an instruction or two
 *			(counters.h; shown by debugfs.c)
 *   debug feature	the rare, kept in memory for the day it is needed, also
 *			in a dump: s390dbf, "vfio_ccw" (dbf.h)
 *   kernel log		what a guest's administrator has to know
 *
 * Steps of each request are inline, and cost little while nobody traces; rare
 * ones are in observe.c. Each says which lock the caller holds.
 */
#ifndef VIRT_CCW_OBSERVE_H
#define VIRT_CCW_OBSERVE_H

#include <asm/timex.h>

#include "device.h"
#include "names.h"
#include "trace.h"

/* observe.c */
extern const struct vfio_ccw_name vfio_ccw_errors[VFIO_CCW_ERRORS];

void vfio_ccw_observe_init(struct vfio_ccw_device *device);
void vfio_ccw_observe_failure(struct vfio_ccw_device *device, int error);
void vfio_ccw_observe_refusal(struct vfio_ccw_device *device, int error);
void vfio_ccw_observe_other_status(struct vfio_ccw_device *device, const struct irb_words *irb);
void vfio_ccw_observe_program_check(struct vfio_ccw_device *device,
				    const struct irb_words *irb);
void vfio_ccw_observe_spurious(struct subchannel *sch);
void vfio_ccw_observe_open(struct vfio_ccw_device *device, int result);
void vfio_ccw_observe_close(struct vfio_ccw_device *device);
void vfio_ccw_observe_reset(struct vfio_ccw_device *device, int result);
void vfio_ccw_observe_revoke(struct vfio_ccw_device *device);
void vfio_ccw_observe_vanish(struct vfio_ccw_device *device);
void vfio_ccw_observe_wedged(struct vfio_ccw_device *device);
void vfio_ccw_observe_late_end(struct subchannel *sch);
void vfio_ccw_observe_path(struct vfio_ccw_device *device, const struct chp_link *link,
			   int event, u8 mask);
void vfio_ccw_observe_crw(struct vfio_ccw_device *device, const struct crw *report, bool lost);

/**
 * observe_request - user space asks for something
 * @device: the device; its request_lock is held
 * @function: what it wants
 */
static inline void observe_request(struct vfio_ccw_device *device,
				   enum vfio_ccw_function function)
{
	device->counters.requests[function]++;
	trace_vfio_ccw_request(device, function);
}

/**
 * observe_result - what has become of a request
 * @device: the device; its request_lock is held
 * @result: 0 or -errno
 */
static inline void observe_result(struct vfio_ccw_device *device, int result)
{
	if (unlikely(result))
		vfio_ccw_observe_failure(device, result);
	trace_vfio_ccw_result(device, result);
}

/**
 * observe_translated - a program is ready to be started, or there is none
 * @device: the device; its request_lock is held
 * @result: 0 or -errno
 */
static inline void observe_translated(struct vfio_ccw_device *device, int result)
{
	const struct ccw_xlat *program = &device->program;

	trace_vfio_ccw_translated(device, result);
	if (unlikely(result)) {
		vfio_ccw_observe_refusal(device, result);
		return;
	}
	device->counters.ccws += program->nr_ccws;
	device->counters.pages += program->nr_pages;
	device->counters.bytes += program->nr_bytes;
}

/**
 * observed_ssch - START SUBCHANNEL
 * @device: the device; its subchannel's lock is held
 * @orb: what to start
 *
 * Return: the condition code.
 */
static inline int observed_ssch(struct vfio_ccw_device *device, union orb *orb)
{
	struct vfio_ccw_counters *counters = &device->counters;
	int cc;

	vfio_ccw_stamp(&counters->started_at);
	cc = ssch(device->sch->schid, orb);
	if (likely(!cc))
		counters->ssch[0]++;
	else
		counters->ssch[cc & 3]++;
	trace_vfio_ccw_ssch(device, orb, cc);
	return cc;
}

/**
 * observe_interrupt - status has arrived
 * @device: the device; its subchannel's lock is held
 * @irb: the status, with the guest's CCW address
 * @ends: it ends the program that runs
 */
static inline void observe_interrupt(struct vfio_ccw_device *device,
				     const struct irb_words *irb, bool ends)
{
	if (unlikely(!ends))
		vfio_ccw_observe_other_status(device, irb);
	if (unlikely(irb->word[IRB_STATUS] & IRB_PROGRAM_CHECK))
		vfio_ccw_observe_program_check(device, irb);
	trace_vfio_ccw_interrupt(device, irb);
}

/**
 * observe_signalled - user space was told of an interrupt
 * @device: the device; its subchannel's lock is held
 * @arrived: when the interrupt came
 * @ends: it has ended the program that ran
 */
static inline void observe_signalled(struct vfio_ccw_device *device, u64 arrived, bool ends)
{
	struct vfio_ccw_counters *counters = &device->counters;

	if (unlikely(!ends))
		return;
	vfio_ccw_stamp(&counters->signalled_at);
	vfio_ccw_count_time(&counters->start_to_interrupt, arrived - counters->started_at);
	vfio_ccw_count_time(&counters->interrupt_to_signal, counters->signalled_at - arrived);
}

/**
 * observe_read - user space takes status
 * @device: the device; its subchannel's lock is held
 * @irb: the status
 */
static inline void observe_read(struct vfio_ccw_device *device, const struct irb_words *irb)
{
	struct vfio_ccw_counters *counters = &device->counters;

	if (likely(counters->signalled_at))
		vfio_ccw_count_time(&counters->signal_to_read,
				    get_tod_clock_fast() - counters->signalled_at);
	else
		counters->other_reads++;
	counters->signalled_at = 0;
	trace_vfio_ccw_status_read(device, irb);
}

#endif
