// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is told of the rare: failed requests, events from outside, life and death.
 */
#include <linux/ratelimit.h>

#define CREATE_TRACE_POINTS
#include "observe.h"

#include "dbf.h"

#define CCW_SIZE	8

/* Each device may complain ten times in five seconds. */
#define COMPLAINT_INTERVAL	(5 * HZ)
#define COMPLAINT_BURST		10

/**
 * vfio_ccw_observe_init - nothing has happened yet
 * @device: a device, zeroed
 */
void vfio_ccw_observe_init(struct vfio_ccw_device *device)
{
	ratelimit_state_init(&device->complaints, COMPLAINT_INTERVAL, COMPLAINT_BURST);
	/* The counters tell how many were left out, the log need not. */
	ratelimit_set_flags(&device->complaints, RATELIMIT_MSG_ON_RELEASE);
}

/**
 * vfio_ccw_move_traced - let an event happen, and trace it
 * @device: the device; its subchannel's lock is held
 * @event: the event
 *
 * Return: 0, or the -errno the event is refused with.
 */
int vfio_ccw_move_traced(struct vfio_ccw_device *device, enum fsm_event event)
{
	enum fsm_state old = device->state;
	int ret = fsm_move(&device->state, event);

	trace_vfio_ccw_state(device, old, event, ret);
	return ret;
}

/* The last stands for all others. */
const struct vfio_ccw_name vfio_ccw_errors[VFIO_CCW_ERRORS] = {
	{ EBUSY, "EBUSY" },
	{ ENODEV, "ENODEV" },
	{ EACCES, "EACCES" },
	{ EAGAIN, "EAGAIN" },
	{ EFAULT, "EFAULT" },
	{ EINVAL, "EINVAL" },
	{ ENOSPC, "ENOSPC" },
	{ EOPNOTSUPP, "EOPNOTSUPP" },
	{ EIO, "EIO" },
	{ EINTR, "EINTR" },
	{ 0, "other" },
};

/**
 * vfio_ccw_observe_failure - a request has failed
 * @device: the device; its request_lock is held
 * @error: -errno
 */
void vfio_ccw_observe_failure(struct vfio_ccw_device *device, int error)
{
	unsigned int i = 0;

	while (i < VFIO_CCW_ERRORS - 1 && vfio_ccw_errors[i].value != -error)
		i++;
	device->counters.errors[i]++;
}

/* A CCW's place in the program; less than 0 if it lies before the first. */
static int ccw_index(const struct vfio_ccw_device *device, u32 guest_ccw)
{
	return (int)(guest_ccw - device->program.cpa) / CCW_SIZE;
}

/* What has a guest's program not run: said at a limited rate, in two places. */
static void complain_of_ccw(struct vfio_ccw_device *device, const char *what,
			    const struct ccw_xlat_detail *why)
{
	const char *reason = ccw_xlat_reason_text(why->reason);
	int index = ccw_index(device, why->guest_ccw);

	if (!__ratelimit(&device->complaints))
		return;
	dev_notice(device->vdev.dev, "subchannel %s: %s: %s (CCW %d, guest address 0x%x)\n",
		   dev_name(&device->sch->dev), what, reason, index, why->guest_ccw);
	dbf_event(DBF_REFUSED, device->sch, "%s: %s (CCW %d, guest address 0x%x)",
		  what, reason, index, why->guest_ccw);
}

static void complain_of_memory(struct vfio_ccw_device *device, int error)
{
	if (!__ratelimit(&device->complaints))
		return;
	dev_notice(device->vdev.dev,
		   "subchannel %s: channel program refused: guest memory cannot be pinned: error %d\n",
		   dev_name(&device->sch->dev), -error);
	dbf_event(DBF_REFUSED, device->sch, "guest memory cannot be pinned: error %d", -error);
}

static void refuse_program(struct vfio_ccw_device *device)
{
	const struct ccw_xlat_detail *error = &device->program.error;

	if (error->reason < ARRAY_SIZE(device->counters.refused))
		device->counters.refused[error->reason]++;
	complain_of_ccw(device, "channel program refused", error);
}

/**
 * vfio_ccw_observe_refusal - a program cannot be translated, or not be resumed
 * @device: the device; its request_lock is held
 * @error: -errno
 *
 * The guest is told no more than that it does not work. A user who is killed, or
 * takes memory away, needs no explanation.
 */
void vfio_ccw_observe_refusal(struct vfio_ccw_device *device, int error)
{
	if (device->program.error.reason != CCW_XLAT_OK)
		refuse_program(device);
	else if (error != -EINTR && error != -ECANCELED)
		complain_of_memory(device, error);
}

/**
 * vfio_ccw_observe_program_check - the channel has found fault with a program
 * @device: the device; its subchannel's lock is held
 * @irb: the status, with the guest's CCW address
 *
 * If that is a CCW the translator has left out, see ccw_xlat.cut, then the guest
 * is told so by this program check and no one else knows why. The CCW address
 * is that of the next CCW (Principles of Operation, "CCW Address").
 */
void vfio_ccw_observe_program_check(struct vfio_ccw_device *device,
				    const struct irb_words *irb)
{
	const struct ccw_xlat_detail *cut = &device->program.cut;
	u32 ccw = irb->word[IRB_CCW_ADDRESS] - CCW_SIZE;

	if (cut->reason == CCW_XLAT_OK || cut->guest_ccw != ccw)
		return;
	complain_of_ccw(device, "program check", cut);
}

/**
 * vfio_ccw_observe_other_status - status that ends no program
 * @device: the device; its subchannel's lock is held
 * @irb: the status
 */
void vfio_ccw_observe_other_status(struct vfio_ccw_device *device, const struct irb_words *irb)
{
	struct vfio_ccw_counters *counters = &device->counters;

	if (!irb_is_solicited(irb))
		counters->unsolicited++;
	else if (device->state == FSM_ACTIVE || device->state == FSM_STOPPING)
		counters->intermediate++;
	else
		counters->idle++;
}

/**
 * vfio_ccw_observe_spurious - a closed subchannel has interrupted
 * @sch: the subchannel; its lock is held
 */
void vfio_ccw_observe_spurious(struct subchannel *sch)
{
	struct vfio_ccw_device *device = vfio_ccw_device_of(sch);

	if (device)
		device->counters.spurious++;
	dbf_event(DBF_ERROR, sch, "interrupt while closed");
}

/**
 * vfio_ccw_observe_open - user space has opened the device
 * @device: the device; its request_lock is held
 * @result: 0, or the error it gets
 */
void vfio_ccw_observe_open(struct vfio_ccw_device *device, int result)
{
	if (!result)
		device->counters.opened++;
	dbf_event(result ? DBF_ERROR : DBF_LIFE, device->sch, "open: %d", result);
	trace_vfio_ccw_open(device, result);
}

/**
 * vfio_ccw_observe_close - nobody has the device open any more
 * @device: the device; its request_lock is held
 */
void vfio_ccw_observe_close(struct vfio_ccw_device *device)
{
	dbf_event(DBF_LIFE, device->sch, "close: request %u, state %s", device->request,
		  fsm_state_name(device->state));
	trace_vfio_ccw_close(device, 0);
}

/**
 * vfio_ccw_observe_reset - user space has reset the device
 * @device: the device; its request_lock is held
 * @result: 0, or the error it gets
 */
void vfio_ccw_observe_reset(struct vfio_ccw_device *device, int result)
{
	device->counters.resets++;
	dbf_event(result ? DBF_ERROR : DBF_EVENT, device->sch, "reset: %d", result);
	trace_vfio_ccw_reset(device, result);
}

/**
 * vfio_ccw_observe_revoke - a program gives up pages that user space takes back
 * @device: the device; its pages.lock is held
 */
void vfio_ccw_observe_revoke(struct vfio_ccw_device *device)
{
	device->counters.revoked++;
	dbf_event(DBF_EVENT, device->sch, "request %u: memory in use is taken back",
		  device->pages.request);
}

/**
 * vfio_ccw_observe_vanish - the subchannel is of no more use
 * @device: the device; its subchannel's lock is held
 */
void vfio_ccw_observe_vanish(struct vfio_ccw_device *device)
{
	dbf_event(DBF_EVENT, device->sch, "gone");
	trace_vfio_ccw_vanish(device, 0);
}

/**
 * vfio_ccw_observe_wedged - a program could not be stopped
 * @device: the device; its subchannel's lock is held
 */
void vfio_ccw_observe_wedged(struct vfio_ccw_device *device)
{
	device->counters.wedged++;
	dbf_event(DBF_LOST, device->sch, "request %u does not end: memory is kept",
		  device->request);
	trace_vfio_ccw_vanish(device, -EBUSY);
}

/**
 * vfio_ccw_observe_late_end - a program that could not be stopped has ended
 * @sch: its subchannel; its lock is held
 */
void vfio_ccw_observe_late_end(struct subchannel *sch)
{
	dbf_event(DBF_LIFE, sch, "the program has ended at last: memory is given back");
}

/**
 * vfio_ccw_observe_path - something has happened to a channel path
 * @device: the device; its subchannel's lock is held
 * @link: the path
 * @event: CHP_ONLINE, CHP_OFFLINE, CHP_VARY_ON or CHP_VARY_OFF
 * @mask: the subchannel's paths concerned
 */
void vfio_ccw_observe_path(struct vfio_ccw_device *device, const struct chp_link *link,
			   int event, u8 mask)
{
	device->counters.paths++;
	dbf_event(DBF_EVENT, device->sch, "path %x (mask %x): event %d",
		  (unsigned int)link->chpid.id, (unsigned int)mask, event);
	trace_vfio_ccw_path(device, link, event, mask);
}

/**
 * vfio_ccw_observe_crw - there is a channel report word for the guest
 * @device: the device; its subchannel's lock is held
 * @report: the report
 * @lost: the queue has no room for it
 */
void vfio_ccw_observe_crw(struct vfio_ccw_device *device, const struct crw *report, bool lost)
{
	if (lost)
		device->counters.lost_crws++;
	else
		device->counters.crws++;
	if (lost)
		dbf_event(DBF_REFUSED, device->sch, "channel report lost: rsid %x",
			  (unsigned int)report->rsid);
	trace_vfio_ccw_crw(device, report, lost);
}
