/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"

/*
 * What the hook keeps of each mdev that it starts for a domain: the file
 * RUN/guests/UUID, gone after a reboot as the mdev is.
 *
 * It is written before the mdev is started and again, with its instance,
 * as the last step of that; whoever finds one without an instance knows that the
 * hook died before, and that an mdev that is active now is somebody else's. With
 * an instance, it is ours only as long as the mdev that is active is the same:
 * one that others stopped and started again is theirs.
 *
 * It may be there for several domains: detached from the one that it was started for, of which no
 * hook tells, and attached to another that starts. It is given back when the last of them ends.
 */
typedef struct
{
  char *mdev;          /* its UUID */
  CcwDevId parent;     /* where it was to be started */
  GPtrArray *domains;  /* their UUIDs, one at least, of which the first has it for longest */
  char *domain_name;   /* of the one it was started for, for people; NULL when not known */
  guint64 instance;    /* see ccw_sysfs_mdev_instance(); 0: not known to have been started */
  gboolean keep_bound; /* vfio_ccw had the subchannel before */
  gboolean ended; /* so has the domain, but the mdev could not be stopped: another one had it */
} GuestNote;

GuestNote *guest_note_new (const char *mdev, const CcwDevId *parent);
void guest_note_free (GuestNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuestNote, guest_note_free)

/* Who has it twice has it once. */
void guest_note_add_domain (GuestNote *note, const char *domain);
gboolean guest_note_is_of (const GuestNote *note, const char *domain);
void guest_note_remove_domain (GuestNote *note, const char *domain);

/* NULL without an error when there is none. Errors: CCW_ERROR_SYSTEM. */
GuestNote *guest_note_load (const CcwPaths *paths, const char *mdev, GError **error);

/* Atomic and durable. Errors: CCW_ERROR_SYSTEM. */
gboolean guest_note_save (const GuestNote *note, const CcwPaths *paths, GError **error);

/* Errors: CCW_ERROR_SYSTEM. */
gboolean guest_note_remove (const GuestNote *note, const CcwPaths *paths, GError **error);

/* Is there a note of any mdev? Costs next to nothing. */
gboolean guest_note_any (const CcwPaths *paths);

/*
 * UUIDs of the mdevs that are there for @domain, or with NULL those of which
 * the note says that the domain has ended; the array frees them.
 */
GPtrArray *guest_note_list (const CcwPaths *paths, const char *domain);
