/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is this the kernel that the module was built for?
 */
#ifndef VIRT_CCW_LAYOUT_H
#define VIRT_CCW_LAYOUT_H

int vfio_ccw_check_layout(void);

#endif
