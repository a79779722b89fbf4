/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * virt-ccw-leave [--root DIR]: gives every device back, for a package that is removed. What is
 * defined stays defined. While a guest has one of them, nothing is done at all: to take it away
 * would be worse than a package that stays.
 *
 * What others have bound to vfio_ccw is theirs, and what is on it: it is told, and left alone.
 *
 * Without the daemon: it may be stopped already, or may never have run.
 */
#include <stdio.h>

#include "ccw/error.h"
#include "ccw/host.h"
#include "ccw/sysfs.h"
#include "mdev/closed.h"
#include "mdev/record.h"
#include "mdev/subchannel.h"
#include "mdev/transition.h"

static char *root;
static gboolean show_version;

static const GOptionEntry entries[] = {
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &root, "Configuration and state lie below DIR", "DIR" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &show_version, "Print the version and exit", NULL },
  G_OPTION_ENTRY_NULL,
};

/* Did we take it from the host? One whose record cannot be read is for the transition to refuse. */
static gboolean
is_taken (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autoptr (MdevRecord) record = mdev_record_load (paths, subchannel, NULL);

  return record == NULL || record->has_before || record->in_transition;
}

/* Says it of each that is open, so that all of their users can be ended at once. */
static gboolean
check_all_closed (const CcwPaths *paths, GPtrArray *mdevs)
{
  gboolean all = TRUE;

  for (guint i = 0; i < mdevs->len; i++)
    {
      const CcwMdev *mdev = g_ptr_array_index (mdevs, i);
      g_autoptr (GError) reason = NULL;

      if (!is_taken (paths, ccw_mdev_get_parent_id (mdev))
          || mdev_check_closed (ccw_mdev_get_uuid (mdev), NULL, mdev_close_patience_ms, &reason))
        continue;
      fprintf (stderr, "virt-ccw: %s\n", reason->message);
      all = FALSE;
    }
  return all;
}

static gboolean
tell (const CcwDevId *subchannel, gboolean done, const GError *reason)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);

  if (done)
    printf ("virt-ccw: subchannel %s is given back\n", name);
  else
    fprintf (stderr, "virt-ccw: %s\n", reason->message);
  return done;
}

static void
tell_of_others (const CcwMdev *mdev)
{
  g_autofree char *name = ccw_dev_id_to_string (ccw_mdev_get_parent_id (mdev));

  printf ("virt-ccw: subchannel %s was bound to vfio_ccw by others, and stays so, with mediated "
          "device %s\n",
          name, ccw_mdev_get_uuid (mdev));
}

static gboolean
is_active (const CcwMdev *mdev)
{
  return ccw_sysfs_mdev_instance (ccw_mdev_get_uuid (mdev)) != 0;
}

/* Whose it is shows when what was cut short is in order; a start that was is undone by that. */
static gboolean
stop (const CcwPaths *paths, const CcwMdev *mdev)
{
  const CcwDevId *parent = ccw_mdev_get_parent_id (mdev);
  g_autoptr (GError) reason = NULL;
  gboolean done = mdev_recover (paths, parent, NULL, &reason);

  if (done && is_active (mdev) && !is_taken (paths, parent))
    {
      tell_of_others (mdev);
      return TRUE;
    }
  done = done && (!is_active (mdev) || mdev_stop (paths, ccw_mdev_get_uuid (mdev), FALSE, &reason));
  return tell (parent, done, reason);
}

static gboolean
stop_all (const CcwPaths *paths, GPtrArray *mdevs)
{
  gboolean all = TRUE;

  for (guint i = 0; i < mdevs->len; i++)
    all = stop (paths, g_ptr_array_index (mdevs, i)) && all;
  return all;
}

static gboolean
give_back (const CcwPaths *paths, const CcwDevId *subchannel)
{
  g_autofree char *left = mdev_subchannel_find_mdev (subchannel);
  g_autoptr (GError) reason = NULL;
  gboolean done;

  /* It could not be stopped, which was told; nor are those of others, whose records are of old. */
  if (left != NULL)
    return !is_taken (paths, subchannel);
  done = mdev_recover (paths, subchannel, NULL, &reason);
  if (done && !is_taken (paths, subchannel))
    return TRUE;
  return tell (subchannel, done && mdev_give_back (paths, subchannel, &reason), reason);
}

/* Those that we have bound, and on which no mdev was made or is left. */
static gboolean
give_back_bound (const CcwPaths *paths)
{
  g_autoptr (GArray) subchannels = mdev_record_list (paths);
  gboolean all = TRUE;

  for (guint i = 0; i < subchannels->len; i++)
    all = give_back (paths, &g_array_index (subchannels, CcwDevId, i)) && all;
  return all;
}

static CcwExit
give_back_all (const CcwPaths *paths)
{
  g_autoptr (CcwHost) host = ccw_host_new ();
  g_autoptr (GPtrArray) mdevs = NULL;
  g_autoptr (GError) error = NULL;
  gboolean all;

  if (!ccw_host_scan (host, &error))
    {
      fprintf (stderr, "virt-ccw: %s\n", error->message);
      return ccw_exit_from_error (error);
    }
  mdevs = ccw_host_list (host, CCW_KIND_MDEV);
  if (!check_all_closed (paths, mdevs))
    return CCW_EXIT_REFUSED;
  all = stop_all (paths, mdevs);
  all = give_back_bound (paths) && all;
  return all ? CCW_EXIT_DONE : CCW_EXIT_FAILED;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (CcwPaths) paths = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Gives every device back, before virt-ccw is removed.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      fprintf (stderr, "virt-ccw-leave: %s\n", error != NULL ? error->message : "no arguments");
      return CCW_EXIT_USAGE;
    }
  if (show_version)
    {
      printf ("virt-ccw-leave %s\n", VIRT_CCW_VERSION);
      return CCW_EXIT_DONE;
    }
  paths = ccw_paths_new (root);
  return (int) give_back_all (paths);
}
