/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/change.h"

/*
 * What must be so for a change to make sense, by what the model and the store
 * say when its turn comes. Errors are in the domain NODEDEV_ERROR.
 */

/* Finds the mdev that @change names. @code is libvirt's for a device of another kind. */
gboolean nodedev_change_find_mdev (const NodedevChange *change, int code, NodedevNode *node,
                                   GError **error);

/* Is there an I/O subchannel with the number that the mdev is to be on? */
gboolean nodedev_change_check_subchannel_exists (const NodedevChange *change, GError **error);

/* A subchannel carries one mdev. That it exists has been checked. */
gboolean nodedev_change_check_subchannel_free (const NodedevChange *change, GError **error);

/* No mdev with the UUID is active; or none but the one that is meant. */
gboolean nodedev_change_check_uuid_inactive (const NodedevChange *change, GError **error);
gboolean nodedev_change_check_uuid_not_active_elsewhere (const NodedevChange *change,
                                                         GError **error);

/*
 * mdevctl can keep a UUID on several parents, of which one can be active at a
 * time. Nobody means that when writing device XML: it is a copy not edited.
 */
gboolean nodedev_change_check_uuid_not_defined_elsewhere (const NodedevChange *change,
                                                          GError **error);
gboolean nodedev_change_check_not_defined_here (const NodedevChange *change, GError **error);
