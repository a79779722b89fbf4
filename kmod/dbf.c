// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug feature's life.
 */
#include "dbf.h"

/* pages, and longs of an entry: a format and its arguments */
#define DBF_PAGES	16
#define DBF_LONGS	10

/* NULL if there was no memory for it: the debug feature ignores what it gets. */
debug_info_t *vfio_ccw_dbf;

/**
 * vfio_ccw_dbf_init - register the debug feature
 */
void vfio_ccw_dbf_init(void)
{
	vfio_ccw_dbf = debug_register("vfio_ccw", DBF_PAGES, 1, DBF_LONGS * sizeof(long));
	if (!vfio_ccw_dbf)
		return;
	debug_register_view(vfio_ccw_dbf, &debug_sprintf_view);
	debug_set_level(vfio_ccw_dbf, DBF_DEFAULT);
}

/**
 * vfio_ccw_dbf_exit - unregister it
 */
void vfio_ccw_dbf_exit(void)
{
	debug_unregister(vfio_ccw_dbf);
	vfio_ccw_dbf = NULL;
}
