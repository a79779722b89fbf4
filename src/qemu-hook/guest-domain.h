/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What the hook needs of a domain: who it is, and which mdevs it has.
 *
 * Less than hostdevs_from_xml() reads, and less strict: libvirt has checked
 * the document, and a domain must not be kept from starting by what does not
 * concern its mdevs.
 */
typedef struct
{
  char *name;
  char *uuid;       /* lower case */
  GPtrArray *mdevs; /* UUIDs of its vfio-ccw hostdevs, lower case, each once, in document order */
} GuestDomain;

void guest_domain_free (GuestDomain *domain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuestDomain, guest_domain_free)

/*
 * FALSE when @text holds no vfio-ccw hostdev, which is true of nearly all
 * domains and found out without parsing it. TRUE says nothing.
 */
gboolean guest_domain_may_have_mdevs (const GString *text);

/* Errors: CCW_ERROR_INVALID: no <domain>, one without a UUID, a vfio-ccw hostdev without one. */
GuestDomain *guest_domain_from_xml (const GString *text, GError **error);
