/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/host.h"
#include "mdev/store.h"

/*
 * Node devices as libvirt knows them, over the host model and the store of
 * persistent mdevs: "computer" at the root, subchannels (css_0_0_0313) under
 * it, ccw devices (ccw_0_0_2b09) under their subchannels, and mdevs
 * (mdev_UUID_0_0_0313, '-' as '_'), active or persistent or both, under the
 * subchannel that is their parent.
 *
 * A name says everything needed to find its device, so each look-up takes
 * constant time. Nothing is kept here: a node is valid as long as the host's
 * and the store's objects are, until control returns to the main loop.
 */
typedef enum
{
  NODEDEV_KIND_COMPUTER,
  NODEDEV_KIND_SUBCHANNEL,
  NODEDEV_KIND_DEVICE,
  NODEDEV_KIND_MDEV,
} NodedevKind;

typedef struct
{
  CcwHost *host;
  MdevStore *store;
} NodedevView;

typedef struct
{
  NodedevKind kind;
  const CcwSubchannel *subchannel;
  const CcwDevice *device;
  const CcwMdev *mdev;      /* NULL while inactive */
  const MdevConfig *config; /* NULL when transient */
} NodedevNode;

#define NODEDEV_NAME_COMPUTER "computer"

/*
 * Flags of "list all" (virConnectListAllNodeDeviceFlags) that libvirt 9.0's
 * headers do not have yet.
 */
#define NODEDEV_LIST_CCWGROUP_MEMBER (1u << 23) /* since 11.1 */
#define NODEDEV_LIST_PERSISTENT (1u << 28)      /* since 10.1 */
#define NODEDEV_LIST_TRANSIENT (1u << 29)       /* since 10.1 */

/* All that are known, capabilities that we never have included (up to 11.3). */
#define NODEDEV_LIST_FLAGS (((1u << 24) - 1) | (0xfu << 28))

/* Finds the device of exactly that @name. Errors: VIR_ERR_NO_NODE_DEVICE. */
gboolean nodedev_node_find (const NodedevView *view, const char *name, NodedevNode *node,
                            GError **error);

/*
 * Splits "mdev_UUID_0_0_0313". FALSE, without an error, when @name is of
 * another kind. The caller frees @uuid, which is 36 characters in lower case.
 */
gboolean nodedev_mdev_name_parse (const char *name, char **uuid, CcwDevId *parent);

/* "mdev_UUID_0_0_0313"; the caller frees it. */
char *nodedev_mdev_name (const char *uuid, const CcwDevId *parent);

/* "ccwgroup_0_0_bd00", the group that has @device; NULL: none. The caller frees it. */
char *nodedev_group_name (const CcwDevice *device);

/* The caller frees the names. "computer" has no parent: NULL. */
char *nodedev_node_get_name (const NodedevNode *node);
char *nodedev_node_get_parent_name (const NodedevNode *node);

/* The parent's id and the UUID of an mdev. */
const CcwDevId *nodedev_node_get_mdev_parent (const NodedevNode *node);
const char *nodedev_node_get_mdev_uuid (const NodedevNode *node);

/*
 * As libvirt has it: all but mdevs are active, of those the machine itself is persistent and
 * "starts" by itself, and what came of its own accord is transient.
 */
gboolean nodedev_node_is_active (const NodedevNode *node);
gboolean nodedev_node_is_persistent (const NodedevNode *node);
gboolean nodedev_node_is_autostart (const NodedevNode *node);

/* Names of its capabilities ("css", "mdev_types"), at most NODEDEV_CAPABILITIES_MAX; how many. */
#define NODEDEV_CAPABILITIES_MAX 2
gsize nodedev_node_get_capabilities (const NodedevNode *node,
                                     const char *names[NODEDEV_CAPABILITIES_MAX]);
gboolean nodedev_node_has_capability (const NodedevNode *node, const char *capability);

/* Is @node among those that @flags (VIR_CONNECT_LIST_NODE_DEVICES_*) ask for? */
gboolean nodedev_node_matches (const NodedevNode *node, guint flags);

typedef void (*NodedevNodeFunc) (const NodedevNode *node, gpointer user_data);

/* Calls @func for each node: computer, subchannels, devices, mdevs; each kind by its ids. */
void nodedev_view_foreach (const NodedevView *view, NodedevNodeFunc func, gpointer user_data);
