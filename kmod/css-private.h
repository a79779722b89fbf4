/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common I/O layer's own types, as far as a subchannel driver needs them.
 *
 * The kernel ships no header with them, so they are declared here. Every type
 * and member below has a line in css-private.def, by which layout.c compares
 * them with the target kernel's BTF: what differs stops the build and is named.
 *
 * What surrounds a member of struct subchannel changes even within a stable
 * series, so each is declared to be where the target kernel has it. The other
 * types are as the architecture or all kernels have them.
 *
 * Words which the kernel splits into bit fields are declared whole, with the
 * bits as masks: C can check a mask against BTF, but not a bit field.
 */
#ifndef VIRT_CCW_CSS_PRIVATE_H
#define VIRT_CCW_CSS_PRIVATE_H

#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <asm/chpid.h>
#include <asm/cio.h>
#include <asm/schid.h>

#include "css-layout.h"

/* A member of a union of all members, as far from its start as in the kernel. */
#define AT(type, member, declaration)					\
	struct {							\
		u8 before_##member[BIT_OFFSET_OF_##type##_##member / 8];	\
		declaration;						\
	}

#define PMCW_QF			0x8000	/* in pmcw.flags: QDIO facility */

/* path-management-control word, Principles of Operation, chapter 15 */
struct pmcw {
	u32 intparm;
	u16 flags;
	u16 dev;
	u8 lpm;
	u8 pnom;
	u8 lpum;
	u8 pim;
	u16 mbi;
	u8 pom;
	u8 pam;
	u8 chpid[8];
	u32 more_flags;
} __packed;

/* subchannel-information block */
struct schib {
	struct pmcw pmcw;
	union scsw scsw;
	u64 mba;
	u8 mda[4];
} __packed __aligned(4);

/* subchannel description: which channel path each path mask bit means */
struct chsc_ssd_info {
	u8 path_mask;
	u8 fla_valid_mask;
	struct chp_id chpid[8];
	u16 fla[8];
};

/* the channel path which a channel path event is about */
struct chp_link {
	struct chp_id chpid;
	u32 fla_mask;
	u16 fla;
};

/* operation-request block: three words in command mode, eight at most */
union orb {
	u32 word[8];
} __packed __aligned(4);

enum sch_todo {
	SCH_TODO_UNREG = 2,
};

enum {
	SUBCHANNEL_TYPE_IO = 0,
};

struct css_driver;

struct subchannel {
	union {
		AT(subchannel, schid, struct subchannel_id schid);
		AT(subchannel, lock, spinlock_t lock);
		AT(subchannel, st, u32 st);
		AT(subchannel, lpm, u8 lpm);
		AT(subchannel, opm, u8 opm);
		AT(subchannel, schib, struct schib schib);
		AT(subchannel, isc, int isc);
		AT(subchannel, ssd_info, struct chsc_ssd_info ssd_info);
		AT(subchannel, dev, struct device dev);
		AT(subchannel, driver, struct css_driver *driver);
		AT(subchannel, todo_work, struct work_struct todo_work);
		u8 whole[SIZE_OF_subchannel];
	};
} __aligned(8);

struct css_driver {
	struct css_device_id *subchannel_type;
	struct device_driver drv;
	void (*irq)(struct subchannel *sch);
	int (*chp_event)(struct subchannel *sch, struct chp_link *link, int event);
	int (*sch_event)(struct subchannel *sch, int process);
	int (*probe)(struct subchannel *sch);
	void (*remove)(struct subchannel *sch);
	void (*shutdown)(struct subchannel *sch);
	int (*settle)(void);
};

/* the events of css_driver.chp_event */
#define CHP_ONLINE		0
#define CHP_OFFLINE		1
#define CHP_VARY_ON		2
#define CHP_VARY_OFF		3

DECLARE_PER_CPU_ALIGNED(struct irb, cio_irb);

static inline struct subchannel *to_subchannel(struct device *dev)
{
	return container_of(dev, struct subchannel, dev);
}

int css_driver_register(struct css_driver *driver);
void css_driver_unregister(struct css_driver *driver);
void css_sched_sch_todo(struct subchannel *sch, enum sch_todo todo);

int cio_enable_subchannel(struct subchannel *sch, u32 intparm);
int cio_disable_subchannel(struct subchannel *sch);
int cio_update_schib(struct subchannel *sch);
int cio_cancel_halt_clear(struct subchannel *sch, int *retries);
int cio_resume(struct subchannel *sch);
int cio_halt(struct subchannel *sch);
int cio_clear(struct subchannel *sch);
int ssch(struct subchannel_id schid, union orb *orb);

u8 chp_get_sch_opm(struct subchannel *sch);
int chp_ssd_get_mask(struct chsc_ssd_info *ssd, struct chp_link *link);

#endif
