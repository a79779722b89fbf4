/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/debug/vfio_ccw/UUID/ of each mdev: what README.md, "Watching it",
 * promises. Kernels without debugfs do without.
 */
#ifndef VIRT_CCW_DEBUGFS_H
#define VIRT_CCW_DEBUGFS_H

struct vfio_ccw_device;

void vfio_ccw_debugfs_init(void);
void vfio_ccw_debugfs_exit(void);
void vfio_ccw_debugfs_add(struct vfio_ccw_device *device);
void vfio_ccw_debugfs_remove(struct vfio_ccw_device *device);

#endif
