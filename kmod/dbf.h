/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's debug feature: /sys/kernel/debug/s390dbf/vfio_ccw/sprintf, and
 * "s390dbf" of crash in a dump. See Documentation/arch/s390/s390dbf.rst.
 */
#ifndef VIRT_CCW_DBF_H
#define VIRT_CCW_DBF_H

#include <asm/debug.h>

#include "css-private.h"

/* How bad it is; entries up to DBF_LIFE are kept unless somebody wants fewer. */
enum {
	DBF_LOST = 0,		/* memory or the subchannel is of no more use */
	DBF_ERROR = 1,		/* something that should not happen has */
	DBF_REFUSED = 2,	/* a guest was refused something */
	DBF_EVENT = 3,		/* the machine or user space interferes */
	DBF_LIFE = 4,		/* bound, opened and the reverse */
};

#define DBF_DEFAULT	DBF_LIFE

extern debug_info_t *vfio_ccw_dbf;

/* Numbers, and strings that stay where they are: only pointers are kept. */
#define dbf_event(level, sch, format, ...)					\
	do {									\
		const struct subchannel_id _id = (sch)->schid;			\
										\
		debug_sprintf_event(vfio_ccw_dbf, level,			\
				    "%x.%x.%04x " format "\n",			\
				    (unsigned int)_id.cssid,			\
				    (unsigned int)_id.ssid,			\
				    (unsigned int)_id.sch_no, ##__VA_ARGS__);	\
	} while (0)

void vfio_ccw_dbf_init(void);
void vfio_ccw_dbf_exit(void);

#endif
