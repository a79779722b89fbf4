/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events, one for each step of a request and for each rare event.
 *
 * Their names and fields are what people's scripts rely on: fields may be added
 * to the end, nothing else changes. Each begins with the subchannel; numbers of
 * requests are those of START SUBCHANNEL, from 1.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vfio_ccw

#if !defined(VIRT_CCW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VIRT_CCW_TRACE_H

#include <linux/tracepoint.h>
#include <linux/unaligned.h>
#include <asm/cio.h>

#include "device.h"
#include "names.h"

/* Tells readers of binary traces the values behind the names. */
#define VALUE_OF(value, name)		TRACE_DEFINE_ENUM(value);
VFIO_CCW_FUNCTION_NAMES(VALUE_OF, VALUE_OF)
VFIO_CCW_TRIGGER_NAMES(VALUE_OF, VALUE_OF)
FSM_STATE_NAMES(VALUE_OF, VALUE_OF)
FSM_EVENT_NAMES(VALUE_OF, VALUE_OF)
CCW_XLAT_REASON_NAMES(VALUE_OF, VALUE_OF)
#undef VALUE_OF

#define show_name(names, value)		\
	__print_symbolic(value, names(NAME_AND_MORE, LAST_NAME))

#define show_functions(fctl)		__print_flags(fctl, "|",	\
	{ IRB_START, "start" },				\
	{ IRB_HALT, "halt" },				\
	{ IRB_CLEAR, "clear" })

#define show_activity(actl)		__print_flags(actl, "|",	\
	{ IRB_RESUME_PENDING, "resume-pending" },			\
	{ IRB_START_PENDING, "start-pending" },			\
	{ IRB_HALT_PENDING, "halt-pending" },			\
	{ IRB_CLEAR_PENDING, "clear-pending" },			\
	{ IRB_SUBCHANNEL_ACTIVE, "subchannel-active" },			\
	{ IRB_DEVICE_ACTIVE, "device-active" },				\
	{ IRB_SUSPENDED, "suspended" })

#define show_status_control(stctl)	__print_flags(stctl, "|",	\
	{ IRB_ALERT, "alert" },				\
	{ IRB_INTERMEDIATE, "intermediate" },			\
	{ IRB_PRIMARY, "primary" },				\
	{ IRB_SECONDARY, "secondary" },				\
	{ IRB_PENDING, "pending" })

#define show_device_status(dstat)	__print_flags(dstat, "|",	\
	{ DEV_STAT_ATTENTION, "attention" },				\
	{ DEV_STAT_STAT_MOD, "status-modifier" },			\
	{ DEV_STAT_CU_END, "control-unit-end" },			\
	{ DEV_STAT_BUSY, "busy" },					\
	{ DEV_STAT_CHN_END, "channel-end" },				\
	{ DEV_STAT_DEV_END, "device-end" },				\
	{ DEV_STAT_UNIT_CHECK, "unit-check" },				\
	{ DEV_STAT_UNIT_EXCEP, "unit-exception" })

#define show_subchannel_status(cstat)	__print_flags(cstat, "|",	\
	{ SCHN_STAT_PCI, "pci" },					\
	{ SCHN_STAT_INCORR_LEN, "incorrect-length" },			\
	{ SCHN_STAT_PROG_CHECK, "program-check" },			\
	{ SCHN_STAT_PROT_CHECK, "protection-check" },			\
	{ SCHN_STAT_CHN_DATA_CHK, "channel-data-check" },		\
	{ SCHN_STAT_CHN_CTRL_CHK, "channel-control-check" },		\
	{ SCHN_STAT_INTF_CTRL_CHK, "interface-control-check" },	\
	{ SCHN_STAT_CHAIN_CHECK, "chaining-check" })

#define show_path_event(event)		__print_symbolic(event,		\
	{ CHP_ONLINE, "online" },					\
	{ CHP_OFFLINE, "offline" },					\
	{ CHP_VARY_ON, "vary-on" },					\
	{ CHP_VARY_OFF, "vary-off" })

#define SUBCHANNEL_FIELDS						\
	__field(u8, cssid)						\
	__field(u8, ssid)						\
	__field(u16, sch_no)

#define assign_subchannel(sch)						\
	do {								\
		__entry->cssid = (sch)->schid.cssid;			\
		__entry->ssid = (sch)->schid.ssid;			\
		__entry->sch_no = (sch)->schid.sch_no;			\
	} while (0)

#define SUBCHANNEL		"%x.%x.%04x "
#define SUBCHANNEL_ARGUMENTS	__entry->cssid, __entry->ssid, __entry->sch_no

/* User space asks for something; cpa and orb (word 1) only mean a start. */
TRACE_EVENT(vfio_ccw_request,
	TP_PROTO(const struct vfio_ccw_device *device, enum vfio_ccw_function function),
	TP_ARGS(device, function),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(int, function)
		__field(u32, cpa)
		__field(u32, orb)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->function = function;
		__entry->cpa = get_unaligned_be32(device->orb + 8);
		__entry->orb = get_unaligned_be32(device->orb + 4);
	),
	TP_printk(SUBCHANNEL "request=%u %s cpa=0x%x orb=0x%08x",
		  SUBCHANNEL_ARGUMENTS, __entry->request,
		  show_name(VFIO_CCW_FUNCTION_NAMES, __entry->function),
		  __entry->cpa, __entry->orb)
);

/* A step of the translation is over; ccw is where one that failed did. */
DECLARE_EVENT_CLASS(vfio_ccw_program,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(int, result)
		__field(int, reason)
		__field(u32, ccw)
		__field(u32, ccws)
		__field(u32, pages)
		__field(u32, bytes)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->result = result;
		__entry->reason = device->program.error.reason;
		__entry->ccw = device->program.error.guest_ccw;
		__entry->ccws = device->program.nr_ccws;
		__entry->pages = device->program.nr_pages;
		__entry->bytes = device->program.nr_bytes;
	),
	TP_printk(SUBCHANNEL "request=%u result=%d reason=%s ccw=0x%x ccws=%u pages=%u bytes=%u",
		  SUBCHANNEL_ARGUMENTS, __entry->request, __entry->result,
		  show_name(CCW_XLAT_REASON_NAMES, __entry->reason), __entry->ccw,
		  __entry->ccws, __entry->pages, __entry->bytes)
);

/* The guest's program and lists of addresses have been read. */
DEFINE_EVENT(vfio_ccw_program, vfio_ccw_fetched,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result)
);

/* The host's program is ready, or there will be none. */
DEFINE_EVENT(vfio_ccw_program, vfio_ccw_translated,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result)
);

/* A run of guest pages */
DECLARE_EVENT_CLASS(vfio_ccw_pages,
	TP_PROTO(const struct vfio_ccw_device *device, u64 guest, u32 pages, int result),
	TP_ARGS(device, guest, pages, result),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(u64, guest)
		__field(u32, pages)
		__field(int, result)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->pages.request;
		__entry->guest = guest;
		__entry->pages = pages;
		__entry->result = result;
	),
	TP_printk(SUBCHANNEL "request=%u guest=0x%llx pages=%u result=%d",
		  SUBCHANNEL_ARGUMENTS, __entry->request, __entry->guest, __entry->pages,
		  __entry->result)
);

DEFINE_EVENT(vfio_ccw_pages, vfio_ccw_pinned,
	TP_PROTO(const struct vfio_ccw_device *device, u64 guest, u32 pages, int result),
	TP_ARGS(device, guest, pages, result)
);

DEFINE_EVENT(vfio_ccw_pages, vfio_ccw_unpinned,
	TP_PROTO(const struct vfio_ccw_device *device, u64 guest, u32 pages, int result),
	TP_ARGS(device, guest, pages, result)
);

/* START SUBCHANNEL; orb is word 1 of the host's */
TRACE_EVENT(vfio_ccw_ssch,
	TP_PROTO(const struct vfio_ccw_device *device, const union orb *orb, int cc),
	TP_ARGS(device, orb, cc),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(int, cc)
		__field(u32, orb)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->cc = cc;
		__entry->orb = orb->word[1];
	),
	TP_printk(SUBCHANNEL "request=%u cc=%d orb=0x%08x",
		  SUBCHANNEL_ARGUMENTS, __entry->request, __entry->cc, __entry->orb)
);

/* What has become of a request that user space has made */
TRACE_EVENT(vfio_ccw_result,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(int, result)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->result = result;
	),
	TP_printk(SUBCHANNEL "request=%u result=%d",
		  SUBCHANNEL_ARGUMENTS, __entry->request, __entry->result)
);

/* Status with the guest's CCW address; scsw is word 0, status is word 2 */
DECLARE_EVENT_CLASS(vfio_ccw_status,
	TP_PROTO(const struct vfio_ccw_device *device, const struct irb_words *irb),
	TP_ARGS(device, irb),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(u32, scsw)
		__field(u32, cpa)
		__field(u32, status)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->scsw = irb->word[IRB_SCSW];
		__entry->cpa = irb->word[IRB_CCW_ADDRESS];
		__entry->status = irb->word[IRB_STATUS];
	),
	TP_printk(SUBCHANNEL "request=%u cc=%u fctl=(%s) actl=(%s) stctl=(%s) dstat=(%s) cstat=(%s) count=%u cpa=0x%x",
		  SUBCHANNEL_ARGUMENTS, __entry->request, (__entry->scsw >> 24) & 3,
		  show_functions(__entry->scsw & IRB_FUNCTIONS),
		  show_activity(__entry->scsw & IRB_ACTIVITIES),
		  show_status_control(__entry->scsw & IRB_STATUS_CONTROL),
		  show_device_status(__entry->status >> 24),
		  show_subchannel_status((__entry->status >> 16) & 0xff),
		  __entry->status & IRB_COUNT, __entry->cpa)
);

/* The subchannel has interrupted. */
DEFINE_EVENT(vfio_ccw_status, vfio_ccw_interrupt,
	TP_PROTO(const struct vfio_ccw_device *device, const struct irb_words *irb),
	TP_ARGS(device, irb)
);

/* User space takes what has added up since it did so last. */
DEFINE_EVENT(vfio_ccw_status, vfio_ccw_status_read,
	TP_PROTO(const struct vfio_ccw_device *device, const struct irb_words *irb),
	TP_ARGS(device, irb)
);

/* User space is told by an eventfd, if it has given one. */
TRACE_EVENT(vfio_ccw_signal,
	TP_PROTO(const struct vfio_ccw_device *device, unsigned int index, bool heard),
	TP_ARGS(device, index, heard),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, index)
		__field(bool, heard)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->index = index;
		__entry->heard = heard;
	),
	TP_printk(SUBCHANNEL "%s heard=%d", SUBCHANNEL_ARGUMENTS,
		  show_name(VFIO_CCW_TRIGGER_NAMES, __entry->index), __entry->heard)
);

/* result: 0, or the error the event is refused with; then the state stays. */
TRACE_EVENT(vfio_ccw_state,
	TP_PROTO(const struct vfio_ccw_device *device, enum fsm_state old,
		 enum fsm_event event, int result),
	TP_ARGS(device, old, event, result),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(int, old)
		__field(int, event)
		__field(int, new)
		__field(int, result)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->old = old;
		__entry->event = event;
		__entry->new = device->state;
		__entry->result = result;
	),
	TP_printk(SUBCHANNEL "request=%u %s -> %s by %s result=%d",
		  SUBCHANNEL_ARGUMENTS, __entry->request,
		  show_name(FSM_STATE_NAMES, __entry->old),
		  show_name(FSM_STATE_NAMES, __entry->new),
		  show_name(FSM_EVENT_NAMES, __entry->event), __entry->result)
);

/* User space takes memory back; request: who uses it, or 0 */
TRACE_EVENT(vfio_ccw_dma_unmap,
	TP_PROTO(const struct vfio_ccw_device *device, u64 iova, u64 length,
		 unsigned int request),
	TP_ARGS(device, iova, length, request),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(u64, iova)
		__field(u64, length)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = request;
		__entry->iova = iova;
		__entry->length = length;
	),
	TP_printk(SUBCHANNEL "request=%u iova=0x%llx length=0x%llx",
		  SUBCHANNEL_ARGUMENTS, __entry->request, __entry->iova, __entry->length)
);

/* The device as a whole */
DECLARE_EVENT_CLASS(vfio_ccw_life,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(unsigned int, request)
		__field(int, state)
		__field(int, result)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->request = device->request;
		__entry->state = device->state;
		__entry->result = result;
	),
	TP_printk(SUBCHANNEL "request=%u state=%s result=%d",
		  SUBCHANNEL_ARGUMENTS, __entry->request,
		  show_name(FSM_STATE_NAMES, __entry->state), __entry->result)
);

DEFINE_EVENT(vfio_ccw_life, vfio_ccw_open,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result)
);

DEFINE_EVENT(vfio_ccw_life, vfio_ccw_close,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result)
);

DEFINE_EVENT(vfio_ccw_life, vfio_ccw_reset,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result)
);

DEFINE_EVENT(vfio_ccw_life, vfio_ccw_vanish,
	TP_PROTO(const struct vfio_ccw_device *device, int result),
	TP_ARGS(device, result)
);

/* mask: those of the subchannel's paths that are concerned */
TRACE_EVENT(vfio_ccw_path,
	TP_PROTO(const struct vfio_ccw_device *device, const struct chp_link *link,
		 int event, u8 mask),
	TP_ARGS(device, link, event, mask),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(u8, chpid)
		__field(u8, mask)
		__field(int, event)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->chpid = link->chpid.id;
		__entry->mask = mask;
		__entry->event = event;
	),
	TP_printk(SUBCHANNEL "chpid=%02x mask=0x%02x %s", SUBCHANNEL_ARGUMENTS,
		  __entry->chpid, __entry->mask, show_path_event(__entry->event))
);

/* A channel report word for the guest; lost: there was no room for it. */
TRACE_EVENT(vfio_ccw_crw,
	TP_PROTO(const struct vfio_ccw_device *device, const struct crw *report, bool lost),
	TP_ARGS(device, report, lost),
	TP_STRUCT__entry(
		SUBCHANNEL_FIELDS
		__field(u8, rsc)
		__field(u8, erc)
		__field(u16, rsid)
		__field(bool, lost)
	),
	TP_fast_assign(
		assign_subchannel(device->sch);
		__entry->rsc = report->rsc;
		__entry->erc = report->erc;
		__entry->rsid = report->rsid;
		__entry->lost = lost;
	),
	TP_printk(SUBCHANNEL "rsc=%x erc=%02x rsid=%04x lost=%d", SUBCHANNEL_ARGUMENTS,
		  __entry->rsc, __entry->erc, __entry->rsid, __entry->lost)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
