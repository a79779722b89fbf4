/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operation.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

/* One in so many operations has a fate. */
#define FATE_ONE_IN 6
#define FATE_AT_MAX 16

static const char *const fates[] = { "refuse", "kill", "orphan" };

/* --- asking the daemon ------------------------------------------------------- */

static virNodeDevicePtr
look_up (World *world, int uuid, int place)
{
  g_autofree char *name = mdev_name (uuid, place);

  return virNodeDeviceLookupByName (world->connection, name);
}

/* Takes @device over, which may be NULL. */
static gboolean
end_call (virNodeDevicePtr device, int result)
{
  if (device != NULL)
    virNodeDeviceFree (device);
  return device != NULL && result >= 0;
}

/* Device XML of the mdev; the caller frees it. */
static char *
make_xml (const Operation *operation, gboolean broken)
{
  g_autofree char *parent = g_strdelimit (g_strdup (place_name (operation->place)), ".", '_');

  return g_strdup_printf ("<device><parent>css_%s</parent><capability type='mdev'>"
                          "<type id='vfio_ccw-io'/><uuid>%s</uuid>%s</capability></device>",
                          parent, uuid_name (operation->uuid),
                          broken ? "<attr name='no_such' value='1'/>" : "");
}

static gboolean
perform_create (const Operation *operation, World *world, const Model *model)
{
  g_autofree char *xml = make_xml (operation, FALSE);

  return end_call (virNodeDeviceCreateXML (world->connection, xml, 0), 0);
}

static gboolean
predict_create (const Operation *operation, Model *model)
{
  return model_create (model, operation->uuid, operation->place);
}

static gboolean
perform_define (const Operation *operation, World *world, const Model *model)
{
  g_autofree char *xml = make_xml (operation, operation->value == 0);

  return end_call (virNodeDeviceDefineXML (world->connection, xml, 0), 0);
}

static gboolean
predict_define (const Operation *operation, Model *model)
{
  return model_define (model, operation->uuid, operation->place, operation->value == 0);
}

static int
defined_on (const Operation *operation, const Model *model)
{
  const Definition *definition = &model->definitions[operation->uuid];

  return definition->defined ? definition->place : operation->place;
}

static gboolean
perform_start (const Operation *operation, World *world, const Model *model)
{
  virNodeDevicePtr device = look_up (world, operation->uuid, defined_on (operation, model));

  return end_call (device, device == NULL ? -1 : virNodeDeviceCreate (device, 0));
}

static gboolean
predict_start (const Operation *operation, Model *model)
{
  return model_start (model, operation->uuid);
}

static int
active_on (const Operation *operation, const Model *model)
{
  int place = model_place_of_mdev (model, operation->uuid);

  return place != NOBODY ? place : defined_on (operation, model);
}

static gboolean
perform_destroy (const Operation *operation, World *world, const Model *model)
{
  virNodeDevicePtr device = look_up (world, operation->uuid, active_on (operation, model));

  return end_call (device, device == NULL ? -1 : virNodeDeviceDestroy (device));
}

static gboolean
predict_destroy (const Operation *operation, Model *model)
{
  return model_destroy (model, operation->uuid, active_on (operation, model));
}

static gboolean
perform_undefine (const Operation *operation, World *world, const Model *model)
{
  virNodeDevicePtr device = look_up (world, operation->uuid, defined_on (operation, model));

  return end_call (device, device == NULL ? -1 : virNodeDeviceUndefine (device, 0));
}

static gboolean
predict_undefine (const Operation *operation, Model *model)
{
  return model_undefine (model, operation->uuid);
}

static gboolean
perform_autostart (const Operation *operation, World *world, const Model *model)
{
  virNodeDevicePtr device = look_up (world, operation->uuid, defined_on (operation, model));

  return end_call (device,
                   device == NULL ? -1 : virNodeDeviceSetAutostart (device, operation->value % 2));
}

static gboolean
predict_autostart (const Operation *operation, Model *model)
{
  return model_set_autostart (model, operation->uuid, operation->value % 2);
}

static gboolean
is_served (const Operation *operation, const Model *model)
{
  return !model->is_down;
}

/* Two that start by themselves on one subchannel would leave it to chance which does. */
static gboolean
is_only_autostart (const Operation *operation, const Model *model)
{
  return operation->value % 2 == 0
         || model_count_autostart (model, defined_on (operation, model)) == 0;
}

static gboolean
can_set_autostart (const Operation *operation, const Model *model)
{
  return is_served (operation, model) && is_only_autostart (operation, model);
}

/* --- devices come and go -------------------------------------------------------- */

static gboolean
is_present (const Operation *operation, const Model *model)
{
  return model->places[operation->place].present;
}

static gboolean
perform_unplug (const Operation *operation, World *world, const Model *model)
{
  mock_machine_do (world->machine, "unplug %s", place_name (operation->place));
  return TRUE;
}

static gboolean
predict_unplug (const Operation *operation, Model *model)
{
  model_unplug (model, operation->place);
  return TRUE;
}

/* Each device has its own kind, seldom another. */
static int
kind_of (const Operation *operation)
{
  return (operation->device + (operation->value == 0)) % N_KINDS;
}

static gboolean
perform_plug (const Operation *operation, World *world, const Model *model)
{
  mock_machine_do (world->machine, "plug %s %s %s", place_name (operation->place),
                   device_name (operation->device), kind_name (kind_of (operation)));
  return TRUE;
}

static gboolean
predict_plug (const Operation *operation, Model *model)
{
  model_plug (model, operation->place, operation->device, kind_of (operation));
  return TRUE;
}

/* Two that start by themselves may meet there, when they are of one device and follow it. */
static gboolean
is_one_autostart (const Operation *operation, const Model *model)
{
  Model then = *model;

  predict_plug (operation, &then);
  model_react_to_device (&then, operation->place, TRUE);
  return model_count_autostart (&then, operation->place) <= 1;
}

static gboolean
can_plug (const Operation *operation, const Model *model)
{
  return !is_present (operation, model)
         && model_place_of_device (model, operation->device) == NOBODY
         && is_one_autostart (operation, model);
}

/* --- mdevctl -------------------------------------------------------------------- */

static gboolean
can_be_defined (const Operation *operation, const Model *model)
{
  return !model->definitions[operation->uuid].defined && is_only_autostart (operation, model);
}

static void
write_file (World *world, const char *place, const char *name, const char *text)
{
  g_autofree char *folder = world_path (world, WORLD_DEFINITIONS, place, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  FILE *file;

  g_mkdir_with_parents (folder, 0755);
  file = fopen (path, "w");
  g_assert_nonnull (file);
  fputs (text, file);
  fclose (file);
}

static gboolean
perform_file (const Operation *operation, World *world, const Model *model)
{
  g_autofree char *text = g_strdup_printf (
      "{\n  \"mdev_type\": \"vfio_ccw-io\",\n  \"start\": \"%s\",\n  \"attrs\": []\n}",
      operation->value % 2 ? "auto" : "manual");

  write_file (world, place_name (operation->place), uuid_name (operation->uuid), text);
  return TRUE;
}

static gboolean
predict_file (const Operation *operation, Model *model)
{
  model->definitions[operation->uuid] = (Definition){ .defined = TRUE,
                                                      .place = operation->place,
                                                      .autostart = operation->value % 2 };
  return TRUE;
}

static gboolean
is_defined (const Operation *operation, const Model *model)
{
  return model->definitions[operation->uuid].defined;
}

static gboolean
perform_no_file (const Operation *operation, World *world, const Model *model)
{
  const char *place = place_name (model->definitions[operation->uuid].place);
  g_autofree char *path = world_path (world, WORLD_DEFINITIONS, place, uuid_name (operation->uuid));
  g_autofree char *folder = g_path_get_dirname (path);

  g_unlink (path);
  if (operation->value % 2 != 0)
    g_rmdir (folder);
  return TRUE;
}

static gboolean
predict_no_file (const Operation *operation, Model *model)
{
  model->definitions[operation->uuid].defined = FALSE;
  return TRUE;
}

static gboolean
perform_garbage (const Operation *operation, World *world, const Model *model)
{
  const char *place = place_name (operation->place);
  g_autofree char *path = world_path (world, WORLD_DEFINITIONS, place, GARBAGE_UUID);

  if (operation->value % 2 != 0)
    write_file (world, place, GARBAGE_UUID, "{ \"mdev_type\"");
  else
    g_unlink (path);
  return TRUE;
}

static gboolean
predict_garbage (const Operation *operation, Model *model)
{
  model->places[operation->place].garbage = operation->value % 2;
  return TRUE;
}

static gboolean
is_always (const Operation *operation, const Model *model)
{
  return TRUE;
}

static void
order (World *world, const char *path, const char *data)
{
  mock_machine_do (world->machine, "order '%s' '%s'", path, data);
}

static gboolean
is_active (const Operation *operation, const Model *model)
{
  return model_place_of_mdev (model, operation->uuid) != NOBODY;
}

static gboolean
perform_stop (const Operation *operation, World *world, const Model *model)
{
  g_autofree char *path = g_strdup_printf (
      "/devices/css0/%s/%s/remove", place_name (model_place_of_mdev (model, operation->uuid)),
      uuid_name (operation->uuid));

  order (world, path, "1");
  return TRUE;
}

static gboolean
predict_stop (const Operation *operation, Model *model)
{
  model->places[model_place_of_mdev (model, operation->uuid)].mdev = NOBODY;
  return TRUE;
}

static gboolean
is_free (const Operation *operation, const Model *model)
{
  return is_present (operation, model) && model->places[operation->place].mdev == NOBODY;
}

static gboolean
can_start_there (const Operation *operation, const Model *model)
{
  return is_free (operation, model) && model->places[operation->place].driver == DRIVER_VFIO
         && !is_active (operation, model);
}

static gboolean
perform_start_there (const Operation *operation, World *world, const Model *model)
{
  g_autofree char *path = g_strdup_printf (
      "/devices/css0/%s/mdev_supported_types/vfio_ccw-io/create", place_name (operation->place));

  order (world, path, uuid_name (operation->uuid));
  return TRUE;
}

static gboolean
predict_start_there (const Operation *operation, Model *model)
{
  model->places[operation->place].mdev = operation->uuid;
  return TRUE;
}

/* --- chzdev, driverctl ------------------------------------------------------------ */

static gboolean
is_with_host (const Operation *operation, const Model *model)
{
  return is_free (operation, model) && model->places[operation->place].driver == DRIVER_IO;
}

/* What comes online whenever it is found does so, too, when it comes back to the host. */
static gboolean
can_set_online (const Operation *operation, const Model *model)
{
  return is_with_host (operation, model)
         && !kind_is_automatic (model->places[operation->place].kind);
}

static gboolean
perform_online (const Operation *operation, World *world, const Model *model)
{
  mock_machine_do (world->machine, "online %s %d",
                   device_name (model->places[operation->place].device), operation->value % 2);
  return TRUE;
}

static gboolean
predict_online (const Operation *operation, Model *model)
{
  model->places[operation->place].online = operation->value % 2;
  return TRUE;
}

static void
set_override (const Operation *operation, World *world, const char *driver)
{
  g_autofree char *path
      = g_strdup_printf ("/devices/css0/%s/driver_override", place_name (operation->place));

  order (world, path, driver);
}

/* driverctl: unbinds and probes. */
static void
rebind (const Operation *operation, World *world, const Model *model)
{
  const char *place = place_name (operation->place);
  Driver driver = model->places[operation->place].driver;

  if (driver != DRIVER_NONE)
    order (world,
           driver == DRIVER_IO ? "/bus/css/drivers/io_subchannel/unbind"
                               : "/bus/css/drivers/vfio_ccw/unbind",
           place);
  order (world, "/bus/css/drivers_probe", place);
}

/* What the daemon noted when it took it would be taken for what is true now. */
static gboolean
can_override (const Operation *operation, const Model *model)
{
  return is_with_host (operation, model) && !model->places[operation->place].stale;
}

static gboolean
perform_override (const Operation *operation, World *world, const Model *model)
{
  set_override (operation, world, "vfio_ccw");
  rebind (operation, world, model);
  return TRUE;
}

static gboolean
predict_override (const Operation *operation, Model *model)
{
  model->places[operation->place].override = OVERRIDE_VFIO;
  model_bind (model, operation->place);
  return TRUE;
}

static gboolean
perform_no_override (const Operation *operation, World *world, const Model *model)
{
  set_override (operation, world, "");
  rebind (operation, world, model);
  return TRUE;
}

static gboolean
predict_no_override (const Operation *operation, Model *model)
{
  model->places[operation->place].override = OVERRIDE_NONE;
  model_bind (model, operation->place);
  return TRUE;
}

static gboolean
perform_reserve (const Operation *operation, World *world, const Model *model)
{
  set_override (operation, world, operation->value % 2 ? "other" : "");
  return TRUE;
}

static gboolean
predict_reserve (const Operation *operation, Model *model)
{
  model->places[operation->place].override = operation->value % 2 ? OVERRIDE_OTHER : OVERRIDE_NONE;
  return TRUE;
}

static gboolean
perform_unbind (const Operation *operation, World *world, const Model *model)
{
  order (world, "/bus/css/drivers/io_subchannel/unbind", place_name (operation->place));
  return TRUE;
}

static gboolean
predict_unbind (const Operation *operation, Model *model)
{
  model->places[operation->place].driver = DRIVER_NONE;
  return TRUE;
}

static gboolean
has_no_driver (const Operation *operation, const Model *model)
{
  return is_free (operation, model) && model->places[operation->place].driver == DRIVER_NONE
         && !model->places[operation->place].stale;
}

static gboolean
perform_probe (const Operation *operation, World *world, const Model *model)
{
  order (world, "/bus/css/drivers_probe", place_name (operation->place));
  return TRUE;
}

static gboolean
predict_probe (const Operation *operation, Model *model)
{
  model_bind (model, operation->place);
  return TRUE;
}

/* --- the daemon itself -------------------------------------------------------------- */

static gboolean
is_down (const Operation *operation, const Model *model)
{
  return model->is_down;
}

/* --- what the daemon makes of it ------------------------------------------------------ */

static void
react_to_arrival (const Operation *operation, Model *model)
{
  model_react_to_device (model, operation->place, TRUE);
}

static void
react_to_device (const Operation *operation, Model *model)
{
  if (model->places[operation->place].driver != DRIVER_NONE)
    model_react_to_device (model, operation->place, FALSE);
}

static void
react_to_loss (const Operation *operation, Model *model)
{
  for (int place = 0; place < N_PLACES; place++)
    model_react_to_loss (model, place);
}

static void
react_to_file (const Operation *operation, Model *model)
{
  model_react_to_definition (model, operation->uuid);
  react_to_loss (operation, model);
}

/* --- all ------------------------------------------------------------------------------- */

static const struct
{
  const char *name;
  guint weight;
  gboolean (*is_possible) (const Operation *operation, const Model *model);
  gboolean (*perform) (const Operation *operation, World *world, const Model *model);
  gboolean (*predict) (const Operation *operation, Model *model);
  void (*react) (const Operation *operation, Model *model); /* NULL: by clients, who ask for it */
} verbs[] = {
  { "create", 16, is_served, perform_create, predict_create, NULL },
  { "define", 14, is_served, perform_define, predict_define, NULL }, /* VALUE 0: broken */
  { "start", 16, is_served, perform_start, predict_start, NULL },
  { "destroy", 14, is_served, perform_destroy, predict_destroy, NULL },
  { "undefine", 10, is_served, perform_undefine, predict_undefine, NULL },
  { "autostart", 6, can_set_autostart, perform_autostart, predict_autostart, NULL },
  { "unplug", 8, is_present, perform_unplug, predict_unplug, react_to_loss },
  { "plug", 20, can_plug, perform_plug, predict_plug, react_to_arrival },
  { "file", 5, can_be_defined, perform_file, predict_file, react_to_file },
  { "no-file", 3, is_defined, perform_no_file, predict_no_file, react_to_file },
  { "garbage", 2, is_always, perform_garbage, predict_garbage, react_to_loss },
  { "stop", 4, is_active, perform_stop, predict_stop, react_to_loss },
  { "start-there", 4, can_start_there, perform_start_there, predict_start_there, react_to_loss },
  { "online", 4, can_set_online, perform_online, predict_online, react_to_device },
  { "override", 2, can_override, perform_override, predict_override, react_to_device },
  { "no-override", 3, is_free, perform_no_override, predict_no_override, react_to_device },
  { "reserve", 2, is_with_host, perform_reserve, predict_reserve, react_to_device },
  { "unbind", 2, is_with_host, perform_unbind, predict_unbind, react_to_device },
  { "probe", 2, has_no_driver, perform_probe, predict_probe, react_to_device },
  { "kill", 5, is_served, NULL, NULL, NULL }, /* VALUE 0: SIGTERM */
  { "restart", 60, is_down, NULL, NULL, NULL },
};

gboolean
operation_is_kill (const Operation *operation)
{
  return g_str_equal (verbs[operation->verb].name, "kill");
}

gboolean
operation_is_start (const Operation *operation)
{
  return g_str_equal (verbs[operation->verb].name, "restart");
}

gboolean
operation_is_of_others (const Operation *operation)
{
  return verbs[operation->verb].react != NULL;
}

gboolean
operation_is_possible (const Operation *operation, const Model *model)
{
  return verbs[operation->verb].is_possible (operation, model);
}

gboolean
operation_perform (const Operation *operation, World *world, const Model *model)
{
  return verbs[operation->verb].perform (operation, world, model);
}

gboolean
operation_predict (const Operation *operation, Model *model, gboolean reacts)
{
  gboolean (*predict) (const Operation *, Model *) = verbs[operation->verb].predict;
  void (*react) (const Operation *, Model *) = verbs[operation->verb].react;

  if (react == NULL)
    return !reacts || predict (operation, model);
  predict (operation, model);
  if (reacts && !model->is_down)
    react (operation, model);
  return TRUE;
}

/* --- as text, by chance ------------------------------------------------------------------ */

static gboolean
find_name (const char *const *names, gsize n, const char *name, guint *index)
{
  for (*index = 0; *index < n; (*index)++)
    if (g_str_equal (names[*index], name))
      return TRUE;
  return FALSE;
}

static gboolean
find_verb (const char *name, guint *verb)
{
  for (*verb = 0; *verb < G_N_ELEMENTS (verbs); (*verb)++)
    if (g_str_equal (verbs[*verb].name, name))
      return TRUE;
  return FALSE;
}

gboolean
operation_parse (const char *line, Operation *operation)
{
  char verb[16];
  char fate[16] = "";
  guint index;
  int n = sscanf (line, "%15s %d %d %d %d %15s %u", verb, &operation->place, &operation->device,
                  &operation->uuid, &operation->value, fate, &operation->at);

  operation->fate = NULL;
  if (n == 7 && find_name (fates, G_N_ELEMENTS (fates), fate, &index))
    operation->fate = fates[index];
  return (n == 5 || operation->fate != NULL) && find_verb (verb, &operation->verb)
         && (guint) operation->place < N_PLACES && (guint) operation->device < N_DEVICES
         && (guint) operation->uuid < N_UUIDS;
}

char *
operation_to_text (const Operation *operation)
{
  g_autofree char *fate = operation->fate == NULL
                              ? g_strdup ("")
                              : g_strdup_printf (" %s %u", operation->fate, operation->at);

  return g_strdup_printf ("%s %d %d %d %d%s", verbs[operation->verb].name, operation->place,
                          operation->device, operation->uuid, operation->value, fate);
}

static guint
random_verb (GRand *random)
{
  guint total = 0;
  guint verb = 0;
  guint left;

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    total += verbs[i].weight;
  left = (guint) g_rand_int_range (random, 0, (gint32) total);
  while (left >= verbs[verb].weight)
    left -= verbs[verb++].weight;
  return verb;
}

Operation
operation_random (GRand *random)
{
  Operation operation = {
    .verb = random_verb (random),
    .place = g_rand_int_range (random, 0, N_PLACES),
    .device = g_rand_int_range (random, 0, N_DEVICES),
    .uuid = g_rand_int_range (random, 0, N_UUIDS),
    .value = g_rand_int_range (random, 0, 10),
  };

  if (g_rand_int_range (random, 0, FATE_ONE_IN) == 0 && !operation_is_kill (&operation))
    {
      operation.fate = fates[g_rand_int_range (random, 0, G_N_ELEMENTS (fates))];
      operation.at = (guint) g_rand_int_range (random, 1, FATE_AT_MAX);
    }
  return operation;
}
