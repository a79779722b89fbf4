/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/guest-devices.h"

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/closed.h"
#include "mdev/locate.h"
#include "mdev/lock.h"
#include "mdev/subchannel.h"
#include "mdev/transition.h"
#include "qemu-hook/guest-note.h"
#include "qemu-hook/libvirt-process.h"

/* A domain that starts. */
typedef struct
{
  const CcwPaths *paths;
  const GuestDomain *domain;
  char *daemon;       /* libvirt's, that starts it; NULL: not known */
  GPtrArray *started; /* GuestNotes, in the order in which they were started by this call */
} Start;

static void
start_clear (Start *start)
{
  g_free (start->daemon);
  g_ptr_array_unref (start->started);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Start, start_clear)

static gboolean
is_active (const char *mdev)
{
  return ccw_sysfs_mdev_instance (mdev) != 0;
}

static gboolean
contains (GPtrArray *uuids, const char *uuid)
{
  return g_ptr_array_find_with_equal_func (uuids, uuid, g_str_equal, NULL);
}

/* Its elements stay theirs. */
static GPtrArray *
unite (GPtrArray *one, GPtrArray *other)
{
  GPtrArray *both = g_ptr_array_new ();

  g_ptr_array_extend (both, one, NULL, NULL);
  for (guint i = 0; i < other->len; i++)
    if (!contains (both, g_ptr_array_index (other, i)))
      g_ptr_array_add (both, g_ptr_array_index (other, i));
  return both;
}

/* --- what a note is worth ----------------------------------------------------- */

/* The hook may have died while it started the mdev: what is left of that is undone. */
static gboolean
settle (const GuestNote *note, const CcwPaths *paths, GError **error)
{
  return mdev_recover (paths, &note->parent, NULL, error);
}

/* Is the mdev that is active now the one of the note, which is settled? */
static gboolean
is_ours (const GuestNote *note)
{
  guint64 instance = ccw_sysfs_mdev_instance (note->mdev);

  return instance != 0 && note->instance == instance;
}

/* --- giving back ---------------------------------------------------------------- */

/* What others stopped meanwhile has left its subchannel to be given back; not what others took. */
static gboolean
stop (const GuestNote *note, const CcwPaths *paths, GError **error)
{
  if (is_ours (note))
    return mdev_stop (paths, note->mdev, note->keep_bound, error);
  return note->keep_bound || mdev_give_back_after (paths, note->mdev, &note->parent, error);
}

static gboolean
give_back (const GuestNote *note, const CcwPaths *paths, GError **error)
{
  return settle (note, paths, error) && stop (note, paths, error)
         && guest_note_remove (note, paths, error);
}

/*
 * It was detached from its domain, for which it stayed active, and attached to
 * another one: who ends next gives it back.
 */
static void
leave_to_others (GuestNote *note, const CcwPaths *paths)
{
  g_autoptr (GError) error = NULL;

  note->ended = TRUE;
  if (!guest_note_save (note, paths, &error))
    g_warning ("%s", error->message);
}

static gboolean
give_back_or_leave (GuestNote *note, const CcwPaths *paths, GError **error)
{
  if (give_back (note, paths, error))
    return TRUE;
  leave_to_others (note, paths);
  return FALSE;
}

/* It is not given back while it is there for another domain, too. */
static gboolean
take_from (GuestNote *note, const CcwPaths *paths, const char *domain, GError **error)
{
  g_auto (LibvirtEmulators) emulators = LIBVIRT_EMULATORS_UNREAD;

  guest_note_forget_lost (note, domain, &emulators);
  if (note->claims->len == 1)
    return give_back_or_leave (note, paths, error);
  guest_note_remove_domain (note, domain);
  return guest_note_save (note, paths, error);
}

/* Under the lock the note may be another one by now: of a domain that has just started. */
static gboolean
release_one (const CcwPaths *paths, const char *mdev, const char *domain, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GuestNote) note = guest_note_load (paths, mdev, &reason);

  if (reason == NULL)
    return note == NULL || !guest_note_is_of (note, domain)
           || take_from (note, paths, domain, error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
release_own (const CcwPaths *paths, GPtrArray *mdevs, const char *domain, GError **error)
{
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  g_autoptr (GError) first = NULL;

  if (mdevs->len > 0 && !mdev_lock_take_guests (&lock, paths, mdevs, error))
    return FALSE;
  for (guint i = 0; i < mdevs->len; i++)
    {
      g_autoptr (GError) reason = NULL;

      if (!release_one (paths, g_ptr_array_index (mdevs, i), domain, &reason) && first == NULL)
        first = g_steal_pointer (&reason);
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* Only the end of the domain that had it last waits for its QEMU to let go of it. */
static gboolean
is_elsewhere (const GuestNote *note, const GuestDomain *domain)
{
  return !contains (domain->mdevs, note->mdev) && !mdev_check_closed (note->mdev, NULL, 0, NULL);
}

static gboolean
lock_one (MdevLock *lock, const CcwPaths *paths, char *mdev)
{
  g_autoptr (GPtrArray) mdevs = g_ptr_array_new ();

  g_ptr_array_add (mdevs, mdev);
  return mdev_lock_take_guests (lock, paths, mdevs, NULL);
}

/* It may be @domain that had it last. That it could not be given back was said before. */
static void
release_left (const CcwPaths *paths, char *mdev, const GuestDomain *domain)
{
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  g_autoptr (GuestNote) note = NULL;

  if (!lock_one (&lock, paths, mdev))
    return;
  note = guest_note_load (paths, mdev, NULL);
  if (note != NULL && note->ended && !is_elsewhere (note, domain))
    give_back (note, paths, NULL);
}

/* --- of domains of whose end nobody tells ------------------------------------------ */

/* One that somebody has open, or that others are busy with, is for a later call. */
static void
release_lost_one (const CcwPaths *paths, char *mdev, const char *besides)
{
  g_auto (LibvirtEmulators) emulators = LIBVIRT_EMULATORS_UNREAD;
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;
  g_autoptr (GuestNote) note = NULL;
  g_autoptr (GError) error = NULL;

  if (!lock_one (&lock, paths, mdev))
    return;
  note = guest_note_load (paths, mdev, NULL);
  if (note == NULL || note->ended || !guest_note_forget_lost (note, besides, &emulators))
    return;
  if (note->claims->len > 0)
    guest_note_save (note, paths, &error);
  else if (mdev_check_closed (mdev, NULL, 0, NULL))
    give_back (note, paths, &error);
  if (error != NULL)
    g_warning ("mediated device %s, of domain %s that does not run, stays: %s", mdev,
               note->domain_name, error->message);
}

/* Looked at before anybody is waited for, who holds the lock: nearly always there is none. */
static gboolean
has_lost (const CcwPaths *paths, const char *mdev, const char *besides, LibvirtEmulators *emulators)
{
  g_autoptr (GuestNote) note = guest_note_load (paths, mdev, NULL);

  return note != NULL && guest_note_forget_lost (note, besides, emulators);
}

/* @domain's own is its start's or its end's to settle. */
static void
release_lost (const CcwPaths *paths, const GuestDomain *domain)
{
  g_auto (LibvirtEmulators) emulators = LIBVIRT_EMULATORS_UNREAD;
  g_autoptr (GPtrArray) noted = guest_note_list_all (paths);

  for (guint i = 0; i < noted->len; i++)
    {
      char *mdev = g_ptr_array_index (noted, i);

      if (!contains (domain->mdevs, mdev) && has_lost (paths, mdev, domain->uuid, &emulators))
        release_lost_one (paths, mdev, domain->uuid);
    }
}

/* Its own first, and by themselves: they do not wait for what is done with those of others. */
gboolean
guest_devices_release (const CcwPaths *paths, const GuestDomain *domain, GError **error)
{
  g_autoptr (GPtrArray) left = guest_note_list (paths, NULL);
  g_autoptr (GPtrArray) own = guest_note_list (paths, domain->uuid);
  gboolean done = release_own (paths, own, domain->uuid, error);

  for (guint i = 0; i < left->len; i++)
    if (!contains (own, g_ptr_array_index (left, i)))
      release_left (paths, g_ptr_array_index (left, i), domain);
  release_lost (paths, domain);
  return done;
}

/* --- starting one ----------------------------------------------------------------- */

static GuestNote *
make_note (const Start *start, const MdevConfig *config)
{
  GuestNote *note = guest_note_new (mdev_config_get_uuid (config), mdev_config_get_parent (config));

  guest_note_add_domain (note, start->domain->uuid, start->daemon);
  note->domain_name = g_strdup (start->domain->name);
  note->keep_bound = mdev_subchannel_is_bound (&note->parent);
  return note;
}

/* Binding may make udev and mdevctl start it, and the daemon may be doing so: it is there. */
static gboolean
was_faster (const GuestNote *note, const GError *error)
{
  return g_error_matches (error, CCW_ERROR, CCW_ERROR_EXISTS) && is_active (note->mdev);
}

/* A mediated device that is being started, and its note. */
typedef struct
{
  const CcwPaths *paths;
  GuestNote *note;
} Starting;

/* As MdevWitness has it. */
static gboolean
note_instance (gpointer data, GError **error)
{
  Starting *starting = data;

  starting->note->instance = ccw_sysfs_mdev_instance (starting->note->mdev);
  return guest_note_save (starting->note, starting->paths, error);
}

/* With a note that says which it is, as soon as it counts as started. */
static gboolean
start_noted (const CcwPaths *paths, const MdevConfig *config, GuestNote *note, GError **error)
{
  Starting starting = { paths, note };
  const MdevWitness witness = { note_instance, &starting };

  return mdev_start_witnessed (paths, config, &witness, error);
}

/* The start has left nothing that is ours. */
static void
drop (const Start *start, const GuestNote *note)
{
  g_autoptr (GError) error = NULL;

  if (!guest_note_remove (note, start->paths, &error))
    g_warning ("%s", error->message);
}

/* What somebody's start that was cut short has bound is not bound for anybody. */
static gboolean
settle_parent (const CcwPaths *paths, const MdevConfig *config, GError **error)
{
  return mdev_recover (paths, mdev_config_get_parent (config), NULL, error);
}

static gboolean
start_defined (Start *start, const char *mdev, GError **error)
{
  g_autoptr (MdevConfig) config = mdev_locate_definition (start->paths, mdev, error);
  g_autoptr (GuestNote) note = NULL;
  g_autoptr (GError) reason = NULL;

  if (config == NULL || !settle_parent (start->paths, config, error))
    return FALSE;
  note = make_note (start, config);
  if (!guest_note_save (note, start->paths, error))
    return FALSE;
  if (start_noted (start->paths, config, note, &reason))
    {
      g_ptr_array_add (start->started, g_steal_pointer (&note));
      return TRUE;
    }
  drop (start, note);
  if (was_faster (note, reason))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/*
 * It was started for this domain before, for one that has ended, or for one that may have it still
 * or may have had it detached: it is there for this one, too, now. In the last case libvirt tells
 * which, after the hook; a domain that is refused is released as well.
 */
static gboolean
join (Start *start, GuestNote *note, GError **error)
{
  if (note->ended)
    g_ptr_array_set_size (note->claims, 0);
  note->ended = FALSE;
  guest_note_add_domain (note, start->domain->uuid, start->daemon);
  return guest_note_save (note, start->paths, error);
}

/* Settles an earlier note, whoever's, before anything is concluded from what is active. */
static gboolean
settle_earlier (Start *start, const char *mdev, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GuestNote) note = guest_note_load (start->paths, mdev, &reason);

  if (reason != NULL || (note != NULL && !settle (note, start->paths, &reason)))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (note == NULL)
    return TRUE;
  if (!is_ours (note))
    return give_back (note, start->paths, error);
  return join (start, note, error);
}

static gboolean
start_one (Start *start, const char *mdev, GError **error)
{
  if (!settle_earlier (start, mdev, error))
    return FALSE;
  return is_active (mdev) || start_defined (start, mdev, error);
}

/* --- starting all ------------------------------------------------------------------ */

/* Backwards; what cannot be undone keeps its note, for the release that follows a failed start. */
static void
undo (Start *start)
{
  for (guint i = start->started->len; i > 0; i--)
    {
      const GuestNote *note = g_ptr_array_index (start->started, i - 1);
      g_autoptr (GError) error = NULL;

      if (!give_back (note, start->paths, &error))
        g_warning ("mediated device %s was started for domain %s, which does not start, and stays: "
                   "%s",
                   note->mdev, note->domain_name, error->message);
    }
}

static gboolean
start_all (Start *start, GError **error)
{
  for (guint i = 0; i < start->domain->mdevs->len; i++)
    if (!start_one (start, g_ptr_array_index (start->domain->mdevs, i), error))
      return FALSE;
  return TRUE;
}

/* What an earlier start left of mdevs that the domain has no longer. */
static void
release_others (const Start *start, GPtrArray *noted)
{
  for (guint i = 0; i < noted->len; i++)
    {
      const char *mdev = g_ptr_array_index (noted, i);
      g_autoptr (GError) error = NULL;

      if (!contains (start->domain->mdevs, mdev)
          && !release_one (start->paths, mdev, start->domain->uuid, &error))
        g_warning ("mediated device %s, which domain %s had, stays: %s", mdev, start->domain->name,
                   error->message);
    }
}

gboolean
guest_devices_prepare (const CcwPaths *paths, const GuestDomain *domain, GError **error)
{
  g_auto (Start) start = { paths, domain, libvirt_process_find_caller (),
                           g_ptr_array_new_with_free_func ((GDestroyNotify) guest_note_free) };
  g_autoptr (GPtrArray) noted = guest_note_list (paths, domain->uuid);
  g_autoptr (GPtrArray) concerned = unite (domain->mdevs, noted);
  g_auto (MdevLock) lock = MDEV_LOCK_NONE;

  release_lost (paths, domain);
  if (concerned->len == 0)
    return TRUE;
  if (!mdev_lock_take_guests (&lock, paths, concerned, error))
    return FALSE;
  release_others (&start, noted);
  if (start_all (&start, error))
    return TRUE;
  undo (&start);
  return FALSE;
}
