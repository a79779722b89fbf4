/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "world.h"

/* --- the machine ----------------------------------------------------------- */

static char *
read_machine (World *world, const char *place, const char *leaf)
{
  g_autofree char *path = g_build_filename ("/sys/devices/css0", place, leaf, NULL);

  return mock_machine_read (world->machine, path);
}

static char *
read_link_name (World *world, const char *place, const char *leaf)
{
  g_autofree char *path = g_build_filename (mock_machine_get_root (world->machine),
                                            "sys/devices/css0", place, leaf, NULL);
  g_autofree char *target = g_file_read_link (path, NULL);

  return target == NULL ? g_strdup ("-") : g_path_get_basename (target);
}

/* The names in a folder of the machine or of the daemon's, in any order. */
static GPtrArray *
list_names (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  return names;
}

static char *
find_mdevs (World *world, const char *place)
{
  g_autofree char *path
      = g_build_filename (mock_machine_get_root (world->machine), "sys/devices/css0", place, NULL);
  g_autoptr (GPtrArray) names = list_names (path);
  GString *found = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    if (g_uuid_string_is_valid (g_ptr_array_index (names, i)))
      g_string_append (found, g_ptr_array_index (names, i));
  return g_string_free (found->len > 0 ? found : g_string_append (found, "-"), FALSE);
}

static void
append_place (GString *text, World *world, const char *place)
{
  g_autofree char *device = read_machine (world, place, "dev_busid");
  g_autofree char *override = read_machine (world, place, "driver_override");
  g_autofree char *driver = read_link_name (world, place, "driver");
  g_autofree char *mdev = find_mdevs (world, place);
  g_autofree char *leaf = g_build_filename (device == NULL ? "" : device, "online", NULL);
  g_autofree char *online = read_machine (world, place, leaf);

  if (device == NULL)
    g_string_append_printf (text, "%s is gone\n", place);
  else
    g_string_append_printf (text, "%s has %s driver %s override %s online %s mdev %s\n", place,
                            device, driver, override, online == NULL ? "0" : online, mdev);
}

/* --- the daemon ------------------------------------------------------------ */

/* "mdev_…_0_0_0400" as UUID and place. */
static void
split_mdev_name (const char *name, char **uuid, char **place)
{
  *uuid = g_strdelimit (g_strndup (name + strlen ("mdev_"), 36), "_", '-');
  *place = g_strdelimit (g_strdup (name + strlen ("mdev_") + 37), "_", '.');
}

static void
append_mdev (GString *text, virNodeDevicePtr device)
{
  int autostart = 0;
  g_autofree char *uuid = NULL;
  g_autofree char *place = NULL;
  int active = virNodeDeviceIsActive (device);
  int persistent = virNodeDeviceIsPersistent (device);

  split_mdev_name (virNodeDeviceGetName (device), &uuid, &place);
  if (persistent == 1)
    virNodeDeviceGetAutostart (device, &autostart);
  g_string_append_printf (text, "node %s on %s active %d persistent %d autostart %d\n", uuid, place,
                          active, persistent, autostart);
}

static void
append_css (GString *text, virNodeDevicePtr device)
{
  char *xml = virNodeDeviceGetXMLDesc (device, 0);
  g_autofree char *place
      = g_strdelimit (g_strdup (virNodeDeviceGetName (device) + strlen ("css_")), "_", '.');
  const char *driver = xml == NULL                                  ? "?"
                       : strstr (xml, "<name>vfio_ccw</name>")      ? "vfio_ccw"
                       : strstr (xml, "<name>io_subchannel</name>") ? "io_subchannel"
                                                                    : "-";

  g_string_append_printf (text, "node css %s driver %s\n", place, driver);
  free (xml);
}

static void
append_node (GString *text, virNodeDevicePtr device)
{
  const char *name = virNodeDeviceGetName (device);
  g_autofree char *number = NULL;

  if (g_str_has_prefix (name, "mdev_"))
    append_mdev (text, device);
  else if (g_str_has_prefix (name, "css_"))
    append_css (text, device);
  else if (g_str_has_prefix (name, "ccw_"))
    {
      number = g_strdelimit (g_strdup (name + strlen ("ccw_")), "_", '.');
      g_string_append_printf (text, "node ccw %s\n", number);
    }
}

static void
append_nodes (GString *text, World *world)
{
  virNodeDevicePtr *devices = NULL;
  int n = virConnectListAllNodeDevices (world->connection, &devices, 0);

  if (n < 0)
    g_string_append (text, "the daemon lists nothing\n");
  for (int i = 0; i < n; i++)
    {
      append_node (text, devices[i]);
      virNodeDeviceFree (devices[i]);
    }
  free (devices);
}

/* --- its files --------------------------------------------------------------- */

static void
append_definition (GString *text, const char *uuid, const char *place, const char *content)
{
  gboolean whole = g_str_has_suffix (content, "}") && strstr (content, "vfio_ccw-io") != NULL;

  if (g_str_equal (uuid, GARBAGE_UUID))
    g_string_append_printf (text, "garbage on %s\n", place);
  else
    g_string_append_printf (text, "%s %s on %s auto %d broken %d\n", whole ? "file" : "bad file",
                            uuid, place, strstr (content, "\"auto\"") != NULL,
                            strstr (content, "no_such") != NULL);
}

static void
append_note (GString *text, const char *uuid, const char *place, const char *content)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *number = NULL;
  g_autofree char *cutype = NULL;

  g_key_file_load_from_data (file, content, strlen (content), G_KEY_FILE_NONE, NULL);
  number = g_key_file_get_string (file, "device", "number", NULL);
  cutype = g_key_file_get_string (file, "device", "cutype", NULL);
  g_string_append_printf (text, "note %s on %s for %s kind %s\n", uuid, place, number,
                          cutype != NULL ? cutype : "-");
}

typedef void (*AppendFunc) (GString *text, const char *uuid, const char *place,
                            const char *content);

static void
append_files_on (GString *text, World *world, const char *folder, const char *place,
                 AppendFunc append)
{
  g_autofree char *path = world_path (world, folder, place, NULL);
  g_autoptr (GPtrArray) names = list_names (path);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *content = NULL;

      if (!g_uuid_string_is_valid (name))
        g_string_append_printf (text, "litter %s/%s/%s\n", folder, place, name);
      else if (g_file_get_contents (file, &content, NULL, NULL))
        append (text, name, place, content);
    }
}

static gboolean
is_place (const char *name)
{
  for (int i = 0; i < N_PLACES; i++)
    if (g_str_equal (place_name (i), name))
      return TRUE;
  return FALSE;
}

/* What is in @folder beside places is left over from something. */
static void
append_files (GString *text, World *world, const char *folder, AppendFunc append)
{
  g_autofree char *path = world_path (world, folder, NULL, NULL);
  g_autoptr (GPtrArray) names = list_names (path);

  for (guint i = 0; i < names->len; i++)
    if (is_place (g_ptr_array_index (names, i)))
      append_files_on (text, world, folder, g_ptr_array_index (names, i), append);
    else
      g_string_append_printf (text, "litter %s/%s\n", folder,
                              (char *) g_ptr_array_index (names, i));
}

#define HALF_DONE ", half done"

static void
append_record (GString *text, World *world, const char *name)
{
  g_autofree char *path = world_path (world, WORLD_RECORDS, name, NULL);
  g_autofree char *content = NULL;

  if (g_file_get_contents (path, &content, NULL, NULL))
    g_string_append_printf (text, "record of %s%s\n", name,
                            strstr (content, "[transition]") ? HALF_DONE : "");
}

/* A record that was not yet put in its place does not count: nothing was done yet. */
gboolean
world_is_half_done (World *world)
{
  g_autofree char *text = NULL;
  GString *records = g_string_new (NULL);

  for (int i = 0; i < N_PLACES; i++)
    append_record (records, world, place_name (i));
  text = g_string_free (records, FALSE);
  return strstr (text, HALF_DONE) != NULL;
}

static gboolean
may_be_there (const Model *model, const char *record)
{
  for (int i = 0; i < N_PLACES; i++)
    if (g_str_equal (place_name (i), record))
      return model->places[i].stale;
  return FALSE;
}

static void
append_records (GString *text, World *world, const Model *model)
{
  g_autofree char *path = world_path (world, WORLD_RECORDS, NULL, NULL);
  g_autoptr (GPtrArray) names = list_names (path);

  for (guint i = 0; i < names->len; i++)
    if (!may_be_there (model, g_ptr_array_index (names, i)))
      append_record (text, world, g_ptr_array_index (names, i));
}

char *
world_observe (World *world, const Model *model)
{
  GString *text = g_string_new (NULL);

  mock_machine_settle (world->machine);
  for (int i = 0; i < N_PLACES; i++)
    append_place (text, world, place_name (i));
  append_files (text, world, WORLD_DEFINITIONS, append_definition);
  append_files (text, world, WORLD_NOTES, append_note);
  if (world->connection != NULL)
    {
      append_nodes (text, world);
      append_records (text, world, model);
    }
  return lines_sorted (g_string_free (text, FALSE));
}
