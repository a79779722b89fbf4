/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * What we know of one subchannel that we have changed or are changing: the
 * file /run/virt-ccw/subchannels/0.0.0313. It says how the host had the
 * subchannel before (to give it back so), and, while a transition is under
 * way, which one (to undo it should we die). Both are one file, so that one
 * atomic write ends a transition and no moment between is ambiguous.
 */

/* Where a subchannel can stand on the way between the host and a guest. */
typedef enum
{
  MDEV_POSITION_HOST,       /* as the host had it */
  MDEV_POSITION_OFFLINE,    /* its ccw device is offline */
  MDEV_POSITION_UNBOUND,    /* it has no driver */
  MDEV_POSITION_OVERRIDDEN, /* its driver_override is vfio_ccw */
  MDEV_POSITION_BOUND,      /* vfio_ccw has it */
  MDEV_POSITION_ACTIVE,     /* the mdev is there */
} MdevPosition;

typedef struct
{
  CcwDevId subchannel;

  /* How the host had it; not known, and nothing to restore, when others bound it to vfio_ccw. */
  gboolean has_before;
  char *driver;          /* NULL: none */
  char *driver_override; /* NULL: none */
  CcwDevId device;       /* its ccw device, when has_device */
  gboolean has_device;
  gboolean online;
  char *prepared_for; /* UUID of the mdev that others were to create when it was bound; or NULL */

  /* The transition under way, if any. */
  gboolean in_transition;
  MdevPosition from;
  MdevPosition to;
  char *uuid;
  char *type;
} MdevRecord;

/* One that says nothing. */
MdevRecord *mdev_record_new (const CcwDevId *subchannel);
void mdev_record_free (MdevRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MdevRecord, mdev_record_free)

/* The stored record, or an empty one when there is none. Errors: CCW_ERROR_SYSTEM. */
MdevRecord *mdev_record_load (const CcwPaths *paths, const CcwDevId *subchannel, GError **error);

/* Writes it atomically and durably; one that says nothing is removed. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_record_save (const MdevRecord *record, const CcwPaths *paths, GError **error);

/*
 * The subchannels that have a record, or something left of one that was not
 * written to its end, as a GArray of CcwDevId, ordered.
 */
GArray *mdev_record_list (const CcwPaths *paths);

/* Removes what is left of records of @subchannel that were not written to their end. */
void mdev_record_sweep (const CcwPaths *paths, const CcwDevId *subchannel);
