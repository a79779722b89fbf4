/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/node.h"
#include "nodedev/schema.h"

/*
 * The device XML that libvirt gives out: same elements, order, indentation
 * and number formats as stock libvirt writes (its src/conf/node_device_conf.c
 * and schema nodedev.rng), so that tools cannot tell the difference.
 *
 * @inactive: how the device is persisted, not how it is now: without path and
 * driver, whatever its kind. Only for persistent devices; an inactive mdev is
 * always shown so. What @schema does not know is left out. The caller frees it.
 */
char *nodedev_node_to_xml (const NodedevNode *node, gboolean inactive, NodedevSchema *schema);
