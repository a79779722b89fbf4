/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/locate.h"

#include "ccw/error.h"
#include "ccw/sysfs.h"
#include "mdev/identity.h"
#include "mdev/move.h"
#include "mdev/start-checks.h"
#include "mdev/store.h"

/* The daemon may be moving the same definition: how often, and after which pause, to look again. */
#define LOOKS_MAX 5
#define LOOK_PAUSE_US 1000

/* One of the definitions of a UUID, and where it belongs now. */
typedef struct
{
  const MdevConfig *config;
  MdevIdentity *meant; /* NULL: whatever is on its subchannel */
  CcwDevId place;
  gboolean is_there; /* @place is known */
} Candidate;

static void
candidate_clear (gpointer data)
{
  Candidate *candidate = data;

  mdev_identity_free (candidate->meant);
}

/* --- where ----------------------------------------------------------------- */

static gboolean
has_device (const CcwDevId *subchannel, const CcwDevId *device)
{
  CcwDevId found;

  return ccw_sysfs_subchannel_device (subchannel, &found) && ccw_dev_id_equal (&found, device);
}

static gboolean
find_place (const MdevIdentity *meant, const CcwDevId *home, CcwDevId *place)
{
  *place = *home;
  return meant == NULL || has_device (home, &meant->device)
         || ccw_sysfs_device_subchannel (&meant->device, place);
}

/*
 * Sets candidate->meant. A note goes after its file: where neither is there any
 * more, that the definition is meant for any device cannot be concluded.
 */
static gboolean
read_meant (Candidate *candidate, MdevStore *store, const CcwPaths *paths, GError **error)
{
  const char *uuid = mdev_config_get_uuid (candidate->config);
  const CcwDevId *home = mdev_config_get_parent (candidate->config);
  g_autoptr (GError) reason = NULL;

  candidate->meant = mdev_identity_load (paths, uuid, home, &reason);
  if (reason == NULL && candidate->meant == NULL && !mdev_store_has_file_of (store, uuid, home))
    g_set_error (&reason, CCW_ERROR, CCW_ERROR_NOT_FOUND,
                 "the definition of mediated device %s was just taken away", uuid);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
candidate_init (Candidate *candidate, const MdevConfig *config, MdevStore *store,
                const CcwPaths *paths, GError **error)
{
  candidate->config = config;
  if (!read_meant (candidate, store, paths, error))
    return FALSE;
  candidate->is_there
      = find_place (candidate->meant, mdev_config_get_parent (config), &candidate->place);
  return TRUE;
}

static GArray *
make_candidates (GPtrArray *configs, MdevStore *store, const CcwPaths *paths, GError **error)
{
  g_autoptr (GArray) candidates = g_array_new (FALSE, TRUE, sizeof (Candidate));

  g_array_set_clear_func (candidates, candidate_clear);
  g_array_set_size (candidates, configs->len);
  for (guint i = 0; i < configs->len; i++)
    if (!candidate_init (&g_array_index (candidates, Candidate, i), g_ptr_array_index (configs, i),
                         store, paths, error))
      return NULL;
  return g_steal_pointer (&candidates);
}

/* --- which ----------------------------------------------------------------- */

static gboolean
fail_as_absent (const Candidate *candidate, GError **error)
{
  const char *uuid = mdev_config_get_uuid (candidate->config);
  g_autofree char *device = ccw_dev_id_to_string (&candidate->meant->device);

  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND,
               "device %s, which mediated device %s is meant for, is not there", device, uuid);
  return FALSE;
}

static gboolean
fail_as_ambiguous (const Candidate *one, const Candidate *other, GError **error)
{
  const char *uuid = mdev_config_get_uuid (one->config);
  g_autofree char *first = ccw_dev_id_to_string (mdev_config_get_parent (one->config));
  g_autofree char *second = ccw_dev_id_to_string (mdev_config_get_parent (other->config));

  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "mediated device %s is defined on %s and on %s, and not active; start the one that "
               "is meant, or undefine the other",
               uuid, first, second);
  return FALSE;
}

/* @candidates: one at least. A move that was cut short leaves two with the same place. */
static gboolean
choose (GArray *candidates, const Candidate **chosen, GError **error)
{
  *chosen = NULL;
  for (guint i = 0; i < candidates->len; i++)
    {
      const Candidate *candidate = &g_array_index (candidates, Candidate, i);

      if (!candidate->is_there)
        continue;
      if (*chosen != NULL && !ccw_dev_id_equal (&(*chosen)->place, &candidate->place))
        return fail_as_ambiguous (*chosen, candidate, error);
      *chosen = candidate;
    }
  return *chosen != NULL || fail_as_absent (&g_array_index (candidates, Candidate, 0), error);
}

/* --- there ----------------------------------------------------------------- */

static gboolean
move (const Candidate *candidate, MdevStore *store, const CcwPaths *paths, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (&candidate->place);

  return mdev_check_device (candidate->meant, &candidate->place, name, error)
         && mdev_move_definition (store, paths, candidate->config, candidate->meant,
                                  &candidate->place, error);
}

static MdevConfig *
bring_home (const Candidate *candidate, MdevStore *store, const CcwPaths *paths, GError **error)
{
  const CcwDevId *home = mdev_config_get_parent (candidate->config);
  g_autoptr (MdevConfig) config = mdev_config_copy_to (candidate->config, &candidate->place);

  if (!ccw_dev_id_equal (home, &candidate->place) && !move (candidate, store, paths, error))
    return NULL;
  return g_steal_pointer (&config);
}

static MdevConfig *
locate (const CcwPaths *paths, const char *uuid, GError **error)
{
  g_autoptr (MdevStore) store = mdev_store_new (paths);
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GArray) candidates = NULL;
  const Candidate *chosen;

  if (!mdev_store_load_uuid (store, uuid, error))
    return NULL;
  configs = mdev_store_list_uuid (store, uuid);
  if (configs->len == 0)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND,
                   "mediated device %s is neither active nor defined: define it by 'virsh "
                   "nodedev-define' or 'mdevctl define'",
                   uuid);
      return NULL;
    }
  candidates = make_candidates (configs, store, paths, error);
  if (candidates == NULL || !choose (candidates, &chosen, error))
    return NULL;
  return bring_home (chosen, store, paths, error);
}

/* One that somebody else moves is in both places for a moment, or seen in neither. */
static gboolean
may_be_on_its_way (const GError *error)
{
  return g_error_matches (error, CCW_ERROR, CCW_ERROR_EXISTS)
         || g_error_matches (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
}

MdevConfig *
mdev_locate_definition (const CcwPaths *paths, const char *uuid, GError **error)
{
  g_autoptr (GError) reason = NULL;
  MdevConfig *config = locate (paths, uuid, &reason);

  for (guint i = 1; i < LOOKS_MAX && may_be_on_its_way (reason); i++)
    {
      g_clear_error (&reason);
      g_usleep (LOOK_PAUSE_US);
      config = locate (paths, uuid, &reason);
    }
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return config;
}
