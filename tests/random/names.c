/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <string.h>

static const char *const places[] = { "0.0.0400", "0.0.0401", "0.0.0402", "0.0.0403" };

static const char *const devices[] = { "0.0.2b00", "0.0.2b01", "0.0.2b02", "0.0.2b03", "0.0.2b04" };

static const char *const uuids[] = {
  "00000000-0000-4000-8000-000000000000", "00000001-0000-4000-8000-000000000000",
  "00000002-0000-4000-8000-000000000000", "00000003-0000-4000-8000-000000000000",
  "00000004-0000-4000-8000-000000000000",
};

static const struct
{
  const char *name;
  const char *cutype;
  gboolean online;
  gboolean automatic;
} kinds[] = {
  { "dasd", "3990/e9", TRUE, FALSE },
  { "3270", "3270/00", FALSE, FALSE },
  { "virtio-rng", "3832/04", TRUE, TRUE },
};

const char *
place_name (int place)
{
  return places[place];
}

const char *
device_name (int device)
{
  return devices[device];
}

const char *
uuid_name (int uuid)
{
  return uuids[uuid];
}

const char *
kind_name (int kind)
{
  return kinds[kind].name;
}

const char *
kind_cutype (int kind)
{
  return kinds[kind].cutype;
}

gboolean
kind_is_online (int kind)
{
  return kinds[kind].online;
}

gboolean
kind_is_automatic (int kind)
{
  return kinds[kind].automatic;
}

char *
mdev_name (int uuid, int place)
{
  return g_strdelimit (g_strdup_printf ("mdev_%s_%s", uuids[uuid], places[place]), "-.", '_');
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
lines_sorted (char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_free (text);
  qsort (lines, g_strv_length (lines), sizeof *lines, compare_lines);
  return g_strjoinv ("\n", lines);
}
