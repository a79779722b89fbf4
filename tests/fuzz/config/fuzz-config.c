/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: the input is a file that we read and somebody may have written,
 * behind a letter that says which: c for mdevctl's configuration, r for the
 * record of a subchannel, i for the identity of a device. What is taken must
 * come back the same from what we write of it.
 */
#include "mdev/identity.h"
#include "mdev/record.h"
#include "replay.h"
#include "round-trip.h"

#define UUID "d3b07384-d9a0-4c9b-8f3e-5a1c0de0c0de"

static const CcwDevId subchannel = { .number = 0x313 };

static const CcwPaths *
get_paths (void)
{
  static CcwPaths *paths;
  g_autofree char *root = NULL;

  if (paths != NULL)
    return paths;
  root = g_dir_make_tmp ("fuzz-config-XXXXXX", NULL);
  g_assert_nonnull (root);
  paths = ccw_paths_new (root);
  return paths;
}

/* --- mdevctl's files ------------------------------------------------------ */

static void
check_config (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MdevConfig) config = mdev_config_from_json (text, length, UUID, &subchannel, &error);

  g_autofree char *xml = NULL;

  check_outcome (config, error);
  if (config == NULL)
    return;
  check_config_as_json (config);
  xml = print_config (config);
}

/* --- our files ------------------------------------------------------------ */

/* @text as the file that is @leaf below the folder @base. */
static void
put_file (const char *base, const char *leaf, const char *text, gssize length)
{
  g_autofree char *path = g_build_filename (base, leaf, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (
      g_file_set_contents_full (path, text, length, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
assert_same_record (const MdevRecord *a, const MdevRecord *b)
{
  g_assert_true (ccw_dev_id_equal (&a->subchannel, &b->subchannel));
  g_assert_cmpint (a->has_before, ==, b->has_before);
  g_assert_cmpstr (a->driver, ==, b->driver);
  g_assert_cmpstr (a->driver_override, ==, b->driver_override);
  g_assert_cmpint (a->has_device, ==, b->has_device);
  g_assert_true (!a->has_device || ccw_dev_id_equal (&a->device, &b->device));
  g_assert_cmpint (a->online, ==, b->online);
  g_assert_cmpint (a->in_transition, ==, b->in_transition);
  g_assert_cmpint (a->from, ==, b->from);
  g_assert_cmpint (a->to, ==, b->to);
  g_assert_cmpstr (a->uuid, ==, b->uuid);
  g_assert_cmpstr (a->type, ==, b->type);
}

static MdevRecord *
load_record (void)
{
  g_autoptr (GError) error = NULL;
  MdevRecord *record = mdev_record_load (get_paths (), &subchannel, &error);

  check_outcome (record, error);
  return record;
}

static void
check_record (const char *text, gssize length)
{
  g_autoptr (MdevRecord) record = NULL;
  g_autoptr (MdevRecord) again = NULL;

  put_file (ccw_paths_run_dir (get_paths ()), "subchannels/0.0.0313", text, length);
  record = load_record ();
  if (record == NULL)
    return;
  g_assert_true (mdev_record_save (record, get_paths (), NULL));
  again = load_record ();
  assert_same_record (record, again);
}

/* NULL without an error is what says nothing. */
static MdevIdentity *
load_identity (void)
{
  g_autoptr (GError) error = NULL;
  MdevIdentity *identity = mdev_identity_load (get_paths (), UUID, &subchannel, &error);

  if (identity != NULL || error != NULL)
    check_outcome (identity, error);
  return identity;
}

static void
check_identity (const char *text, gssize length)
{
  g_autoptr (MdevIdentity) identity = NULL;
  g_autoptr (MdevIdentity) again = NULL;

  put_file (ccw_paths_state_dir (get_paths ()), "identities/0.0.0313/" UUID, text, length);
  identity = load_identity ();
  if (identity == NULL)
    return;
  g_assert_true (mdev_identity_save (identity, get_paths (), UUID, &subchannel, NULL));
  again = load_identity ();
  g_assert_nonnull (again);
  g_assert_true (ccw_dev_id_equal (&identity->device, &again->device));
  g_assert_cmpstr (identity->cutype, ==, again->cutype);
  g_assert_cmpstr (identity->devtype, ==, again->devtype);
  g_assert_cmpstr (identity->uid, ==, again->uid);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data + 1;

  if (size == 0)
    return 0;
  if (data[0] == 'c')
    check_config (text, (gssize) size - 1);
  else if (data[0] == 'r')
    check_record (text, (gssize) size - 1);
  else if (data[0] == 'i')
    check_identity (text, (gssize) size - 1);
  return 0;
}
