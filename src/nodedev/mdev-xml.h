/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/node.h"
#include "nodedev/schema.h"

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
 * device's <channel_dev_addr> in the capability, which no @schema of libvirt's
 * knows. Everything else that our own XML holds (name, path, driver,
 * parent_addr, iommuGroup) may stand there; parent_addr must then fit the
 * parent. Elements that nobody knows are passed over. See xml/schemas/mdev.rng.
 *
 * @schema: what the whole must be valid by; NULL: nothing.
 *
 * Errors: VIR_ERR_XML_DETAIL (not XML), VIR_ERR_XML_INVALID_SCHEMA,
 * VIR_ERR_CONFIG_UNSUPPORTED (not an mdev; no parent, or one that is not there
 * or no subchannel; no type, or one that subchannels do not offer),
 * VIR_ERR_XML_ERROR (all else: malformed, doubled, out of range). Where that is
 * not what libvirt answers, docs/reference/device-xml.md says why.
 */
MdevConfig *nodedev_mdev_from_xml (const NodedevView *view, NodedevSchema *schema, const char *xml,
                                   GError **error);

/*
 * Is this the XML of a device that somebody else makes: of another kind than
 * an mdev, or on something else than a subchannel? FALSE also for what cannot
 * be understood.
 */
gboolean nodedev_mdev_xml_is_foreign (const char *xml);
