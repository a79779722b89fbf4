/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"
#include "qemu-hook/libvirt-process.h"

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
  char *domain; /* its UUID */
  char *daemon; /* who was about to start it, see libvirt_process_find_caller(); NULL: not known */
} GuestClaim;

typedef struct
{
  char *mdev;          /* its UUID */
  CcwDevId parent;     /* where it was to be started */
  GPtrArray *claims;   /* GuestClaims, one at least, of which the first is the oldest */
  char *domain_name;   /* of the one it was started for, for people; NULL when not known */
  guint64 instance;    /* see ccw_sysfs_mdev_instance(); 0: not known to have been started */
  gboolean keep_bound; /* vfio_ccw had the subchannel before */
  gboolean ended; /* so has the domain, but the mdev could not be stopped: another one had it */
} GuestNote;

/* Of no domain yet, and not on disk. */
GuestNote *guest_note_new (const char *mdev, const CcwDevId *parent);
void guest_note_free (GuestNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuestNote, guest_note_free)

/* Who has it twice has it once, from the last @daemon that told. */
void guest_note_add_domain (GuestNote *note, const char *domain, const char *daemon);
gboolean guest_note_is_of (const GuestNote *note, const char *domain);
void guest_note_remove_domain (GuestNote *note, const char *domain);

/*
 * Forgets the domains, but for @besides, of whose end nobody will tell: libvirt's daemon that was
 * about to start them is gone, and none of them has an emulator. A daemon that dies between the
 * hook's "prepare" and the start of the emulator knows nothing of that when it runs again; and
 * until then it lists the domain as one that is off, so that its lists tell nothing. FALSE: there
 * are none.
 *
 * @emulators that were looked at before this call may lack one that a daemon has started since, and
 * died: then the answer only says that it is worth looking anew.
 */
gboolean guest_note_forget_lost (GuestNote *note, const char *besides, LibvirtEmulators *emulators);

/* NULL without an error when there is none. Errors: CCW_ERROR_SYSTEM. */
GuestNote *guest_note_load (const CcwPaths *paths, const char *mdev, GError **error);

/* Atomic and durable. Errors: CCW_ERROR_SYSTEM. */
gboolean guest_note_save (const GuestNote *note, const CcwPaths *paths, GError **error);

/* Errors: CCW_ERROR_SYSTEM. */
gboolean guest_note_remove (const GuestNote *note, const CcwPaths *paths, GError **error);

/* Is there a note of any mdev? Costs next to nothing. */
gboolean guest_note_any (const CcwPaths *paths);

/* UUIDs of all mdevs that have a note; the array frees them. */
GPtrArray *guest_note_list_all (const CcwPaths *paths);

/*
 * UUIDs of the mdevs that are there for @domain, or with NULL those of which
 * the note says that the domain has ended; the array frees them.
 */
GPtrArray *guest_note_list (const CcwPaths *paths, const char *domain);
