/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/xml.h"

/*
 * The schema of device XML.
 *
 * It is the one that libvirt has installed on this host, so that a client gets
 * the same verdict from us as from libvirt's own daemon, and finds in our XML
 * only what its libvirt knows; ours (xml/schemas/nodedev.rng, which is
 * libvirt 11.3's for the devices that we serve) where there is none. Read when
 * first needed, and once.
 */
typedef struct _NodedevSchema NodedevSchema;

/* Where libvirt installs it. */
#define NODEDEV_SCHEMA_LIBVIRT "/usr/share/libvirt/schemas/nodedev.rng"

/* @path: of a RelaxNG file; NULL, or one that is not there or not a schema: ours. */
NodedevSchema *nodedev_schema_new (const char *path);
void nodedev_schema_free (NodedevSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevSchema, nodedev_schema_free)

/* Errors: VIR_ERR_XML_INVALID_SCHEMA, with the first thing that is wrong. */
gboolean nodedev_schema_check (NodedevSchema *schema, xmlDoc *doc, GError **error);

/* Does it know <state> and group of a ccw device, which libvirt has since 11.1? */
gboolean nodedev_schema_knows_ccw_state (NodedevSchema *schema);
