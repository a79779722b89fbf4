/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Errors as a libvirt client gets them.
 *
 * Inside this layer a GError in the domain NODEDEV_ERROR carries libvirt's
 * own number (virErrorNumber) as its code, for the cases in which libvirt
 * says exactly what it expects. Errors of the layers below keep their domain
 * until here, the only place that knows what each is called in libvirt.
 */

#define NODEDEV_ERROR (nodedev_error_quark ())

GQuark nodedev_error_quark (void);

/* libvirt's number for @error (VIR_ERR_*), and where it comes from (VIR_FROM_*). */
int nodedev_error_get_code (const GError *error);
int nodedev_error_get_domain (const GError *error);

/*
 * The text a client shows: libvirt's own words for the code, where it has
 * any ("XML error: "), and ours. The caller frees it.
 */
char *nodedev_error_get_message (const GError *error);
