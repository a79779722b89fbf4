/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/node.h"

/*
 * The device XML that is given to us to create, define or update an mdev:
 *
 *   <device>
 *     <parent>css_0_0_0313</parent>
 *     <capability type='mdev'>
 *       <type id='vfio_ccw-io'/>
 *       <uuid>…</uuid>                       optional: a new one is made
 *       <attr name='…' value='…'/>           any number
 *     </capability>
 *   </device>
 *
 * The parent may also be named by its device, ccw_0_0_2b09, or instead by the
 * device's <channel_dev_addr> in the capability, which libvirt's schema does
 * not know: not with @validate. Everything else
 * that our own XML holds (name, path, driver, parent_addr, iommuGroup) may
 * stand there; parent_addr must then fit the parent.
 *
 * @validate: elements that the schema does not know are an error instead of
 * being passed over.
 *
 * Errors: VIR_ERR_XML_ERROR (malformed, missing, doubled, out of range),
 * VIR_ERR_XML_INVALID_SCHEMA, VIR_ERR_NO_NODE_DEVICE (no such parent),
 * VIR_ERR_CONFIG_UNSUPPORTED (not an mdev, a parent that is no subchannel, a
 * type that subchannels do not offer).
 */
MdevConfig *nodedev_mdev_from_xml (const NodedevView *view, const char *xml, gboolean validate,
                                   GError **error);

/*
 * Is this the XML of a device that somebody else makes: of another kind than
 * an mdev, or on something else than a subchannel? FALSE also for what cannot
 * be understood.
 */
gboolean nodedev_mdev_xml_is_foreign (const char *xml);
