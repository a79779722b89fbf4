/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * Which device a persistent mdev is meant for.
 *
 * mdevctl's file says on which subchannel, and that number may be another
 * device's after the next IPL or replug. The administrator means the device
 * number, so that is kept beside it, with what is known of the kind of device
 * behind it: STATE/identities/0.0.0313/UUID. Nothing is started for a device
 * that is not the one that was meant.
 */
typedef struct
{
  CcwDevId device;
  char *cutype;  /* "3990/e9"; NULL: not known, as while vfio_ccw has the subchannel */
  char *devtype; /* "3390/0c"; NULL: not known */
  char *uid;     /* of a DASD, "IBM.750000000DK731.e905.09"; NULL: not known */
} MdevIdentity;

/* Equal are two of which the same is known. */
MdevIdentity *mdev_identity_copy (const MdevIdentity *identity);
gboolean mdev_identity_equal (const MdevIdentity *a, const MdevIdentity *b);
void mdev_identity_free (MdevIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MdevIdentity, mdev_identity_free)

/* What answers on @subchannel now, read from sysfs; NULL: no device. */
MdevIdentity *mdev_identity_read (const CcwDevId *subchannel);

/*
 * What an mdev is meant for that is defined on @parent now: what answers there;
 * NULL: no device. The kind of a device that vfio_ccw has cannot be seen: then
 * what is kept of the same device already holds on.
 */
MdevIdentity *mdev_identity_renew (const CcwPaths *paths, const char *uuid, const CcwDevId *parent);

/*
 * Takes over from @now, of the same device number, what @identity does not
 * know yet. TRUE when there was something.
 */
gboolean mdev_identity_complete (MdevIdentity *identity, const MdevIdentity *now);

/*
 * Is @now the device that was meant, as far as both are known? @name is its
 * subchannel's, for the message. Errors: CCW_ERROR_STATE, naming the difference.
 */
gboolean mdev_identity_check (const MdevIdentity *identity, const MdevIdentity *now,
                              const char *name, GError **error);

/* What is kept of the mdev; NULL without an error when that is nothing. Errors: CCW_ERROR_SYSTEM. */
MdevIdentity *mdev_identity_load (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                                  GError **error);

/* Atomic and durable. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_identity_save (const MdevIdentity *identity, const CcwPaths *paths, const char *uuid,
                             const CcwDevId *parent, GError **error);

typedef void (*MdevIdentityFunc) (const char *uuid, const CcwDevId *parent, gpointer user_data);

/* Calls @func, which may forget, for each mdev of which something is kept, readable or not. */
void mdev_identity_foreach (const CcwPaths *paths, MdevIdentityFunc func, gpointer user_data);

/* Removes what is left of notes that were not written to their end. Who writes one meanwhile fails. */
void mdev_identity_sweep (const CcwPaths *paths);

/* That nothing is kept is no error. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_identity_forget (const CcwPaths *paths, const char *uuid, const CcwDevId *parent,
                               GError **error);
