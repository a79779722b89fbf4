/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model.h"

#include "names.h"

void
model_init (Model *model)
{
  *model = (Model){ 0 };
  for (int i = 0; i < N_PLACES; i++)
    model->places[i].mdev = NOBODY;
}

/* --- questions ------------------------------------------------------------- */

int
model_place_of_device (const Model *model, int device)
{
  for (int i = 0; i < N_PLACES; i++)
    if (model->places[i].present && model->places[i].device == device)
      return i;
  return NOBODY;
}

int
model_place_of_mdev (const Model *model, int uuid)
{
  for (int i = 0; i < N_PLACES; i++)
    if (model->places[i].present && model->places[i].mdev == uuid)
      return i;
  return NOBODY;
}

static gboolean
has_definition (const Model *model, int place)
{
  for (int i = 0; i < N_UUIDS; i++)
    if (model->definitions[i].defined && model->definitions[i].place == place)
      return TRUE;
  return FALSE;
}

/* Is @place kept for a definition that is meant for the device there? */
static gboolean
is_needed (const Model *model, int place)
{
  for (int i = 0; i < N_UUIDS; i++)
    if (model->definitions[i].defined && model->definitions[i].place == place
        && (!model->notes[i].noted || model->notes[i].device == model->places[place].device))
      return TRUE;
  return FALSE;
}

guint
model_count_autostart (const Model *model, int place)
{
  guint n = 0;

  for (int i = 0; i < N_UUIDS; i++)
    n += model->definitions[i].defined && model->definitions[i].autostart
         && model->definitions[i].place == place;
  return n;
}

/* --- taking and giving back ------------------------------------------------- */

static gboolean
can_take (const Model *model, int uuid, int where)
{
  const Place *place = &model->places[where];

  return place->present && place->mdev == NOBODY && model_place_of_mdev (model, uuid) == NOBODY
         && (place->driver == DRIVER_VFIO || place->override != OVERRIDE_OTHER);
}

static void
take (Model *model, int uuid, int where)
{
  Place *place = &model->places[where];

  place->mdev = uuid;
  if (place->driver == DRIVER_VFIO)
    return;
  if (!place->ours)
    {
      place->before_driver = place->driver;
      place->before_override = place->override;
      place->before_online = place->driver == DRIVER_IO && place->online;
      place->ours = TRUE;
      place->stale = FALSE;
    }
  place->driver = DRIVER_VFIO;
  place->override = OVERRIDE_VFIO;
}

void
model_give_back (Model *model, int where)
{
  Place *place = &model->places[where];

  if (!place->ours || place->mdev != NOBODY)
    return;
  place->ours = FALSE;
  place->driver = place->before_driver;
  place->override = place->before_override;
  place->online = place->before_online || kind_is_automatic (place->kind);
  if (place->driver == DRIVER_IO)
    model_react_to_device (model, where, FALSE);
}

/* --- following devices ------------------------------------------------------- */

/* What can be seen of the kind of device on a place; else what was noted of the same one there. */
static int
kind_to_note (const Model *model, int where, const Note *before)
{
  const Place *place = &model->places[where];

  if (place->driver == DRIVER_IO)
    return place->kind;
  if (before->noted && before->place == where && before->device == place->device)
    return before->kind;
  return NOBODY;
}

/* The definition is for what is on its place now. */
static void
note (Model *model, int uuid)
{
  int where = model->definitions[uuid].place;
  const Place *place = &model->places[where];

  model->notes[uuid] = (Note){
    .noted = place->present,
    .place = where,
    .device = place->device,
    .kind = kind_to_note (model, where, &model->notes[uuid]),
  };
}

static gboolean
is_meant (const Note *meant, const Place *place)
{
  return meant->device == place->device
         && (meant->kind == NOBODY || place->driver != DRIVER_IO || meant->kind == place->kind);
}

/* Brings the definition to where its device is. Returns its old place when that is another. */
static int
settle (Model *model, int uuid)
{
  Definition *definition = &model->definitions[uuid];
  Note *meant = &model->notes[uuid];
  int here = meant->noted ? model_place_of_device (model, meant->device) : NOBODY;
  int home = definition->place;
  const Place *place = here == NOBODY ? NULL : &model->places[here];

  if (!definition->defined || place == NULL || place->driver == DRIVER_NONE)
    return NOBODY;
  if (place->driver == DRIVER_IO)
    meant->refused = !is_meant (meant, place);
  if (meant->refused)
    return NOBODY;
  if (place->driver == DRIVER_IO)
    meant->kind = place->kind;
  if (here == home || model_place_of_mdev (model, uuid) == home)
    return NOBODY;
  definition->place = here;
  meant->place = here;
  return home;
}

static void
autostart_on (Model *model, int place)
{
  for (int i = 0; i < N_UUIDS; i++)
    if (model->definitions[i].defined && model->definitions[i].place == place
        && model->definitions[i].autostart)
      model_start (model, i);
}

void
model_react_to_definition (Model *model, int uuid)
{
  if (model->definitions[uuid].defined && !model->notes[uuid].noted)
    note (model, uuid);
  else if (!model->definitions[uuid].defined)
    model->notes[uuid].noted = FALSE;
}

void
model_react_to_loss (Model *model, int where)
{
  Place *place = &model->places[where];

  if (!place->present)
    place->ours = place->stale = FALSE;
  else if (!place->garbage && !has_definition (model, where))
    model_give_back (model, where);
}

void
model_react_to_device (Model *model, int place, gboolean is_new)
{
  gboolean has_come = is_new;

  for (int i = 0; i < N_UUIDS; i++)
    if (model->definitions[i].place == place)
      model_react_to_definition (model, i);
  for (int i = 0; i < N_UUIDS; i++)
    {
      int home = settle (model, i);

      if (home == NOBODY)
        continue;
      has_come = TRUE;
      model_react_to_loss (model, home);
    }
  if (has_come)
    autostart_on (model, place);
}

/* A note is of a definition in its place. */
static void
forget_lost_notes (Model *model)
{
  for (int i = 0; i < N_UUIDS; i++)
    if (!model->definitions[i].defined || model->definitions[i].place != model->notes[i].place)
      model->notes[i].noted = FALSE;
}

void
model_restart (Model *model)
{
  model->is_down = FALSE;
  forget_lost_notes (model);
  for (int i = 0; i < N_UUIDS; i++)
    model->notes[i].refused = FALSE;
  for (int i = 0; i < N_UUIDS; i++)
    model_react_to_definition (model, i);
  for (int i = 0; i < N_UUIDS; i++)
    settle (model, i);
  for (int i = 0; i < N_PLACES; i++)
    model_react_to_loss (model, i);
}

/* --- what clients ask ---------------------------------------------------------- */

gboolean
model_create (Model *model, int uuid, int place)
{
  if (model->definitions[uuid].defined || !can_take (model, uuid, place))
    return FALSE;
  take (model, uuid, place);
  return TRUE;
}

gboolean
model_define (Model *model, int uuid, int place, gboolean broken)
{
  Definition *definition = &model->definitions[uuid];
  int active = model_place_of_mdev (model, uuid);

  if (!model->places[place].present || (active != NOBODY && active != place)
      || (definition->defined && definition->place != place))
    return FALSE;
  definition->autostart = definition->defined && definition->autostart;
  definition->defined = TRUE;
  definition->place = place;
  definition->broken = broken;
  note (model, uuid);
  return TRUE;
}

gboolean
model_start (Model *model, int uuid)
{
  const Definition *definition = &model->definitions[uuid];
  const Place *place = &model->places[definition->place];
  const Note *meant = &model->notes[uuid];

  if (!definition->defined || definition->broken || !can_take (model, uuid, definition->place)
      || (meant->noted && !is_meant (meant, place)))
    return FALSE;
  take (model, uuid, definition->place);
  return TRUE;
}

gboolean
model_destroy (Model *model, int uuid, int place)
{
  if (!model->places[place].present || model->places[place].mdev != uuid)
    return FALSE;
  model->places[place].mdev = NOBODY;
  if (!is_needed (model, place))
    model_give_back (model, place);
  return TRUE;
}

gboolean
model_undefine (Model *model, int uuid)
{
  Definition *definition = &model->definitions[uuid];

  if (!definition->defined)
    return FALSE;
  definition->defined = FALSE;
  model->notes[uuid].noted = FALSE;
  if (model->places[definition->place].present && !is_needed (model, definition->place))
    model_give_back (model, definition->place);
  return TRUE;
}

gboolean
model_set_autostart (Model *model, int uuid, gboolean autostart)
{
  if (!model->definitions[uuid].defined)
    return FALSE;
  model->definitions[uuid].autostart = autostart;
  return TRUE;
}

/* --- what others do -------------------------------------------------------------- */

void
model_plug (Model *model, int where, int device, int kind)
{
  Place *place = &model->places[where];

  place->present = TRUE;
  place->device = device;
  place->kind = kind;
  place->mdev = NOBODY;
  place->override = OVERRIDE_NONE;
  place->driver = DRIVER_IO;
  place->online = kind_is_online (kind);
}

void
model_unplug (Model *model, int where)
{
  Place *place = &model->places[where];

  place->present = FALSE;
  place->mdev = NOBODY;
  place->stale = place->stale || place->ours;
  place->ours = FALSE;
}

/* As drivers_probe does. */
void
model_bind (Model *model, int where)
{
  Place *place = &model->places[where];

  if (place->override == OVERRIDE_OTHER)
    place->driver = DRIVER_NONE;
  else
    place->driver = place->override == OVERRIDE_VFIO ? DRIVER_VFIO : DRIVER_IO;
  if (place->driver == DRIVER_IO)
    {
      place->online = kind_is_automatic (place->kind);
      place->stale = place->stale || place->ours;
      place->ours = FALSE;
    }
}

/* --- as text ------------------------------------------------------------------------ */

static void
append_place (GString *text, const Model *model, int where)
{
  static const char *const drivers[] = { "-", "io_subchannel", "vfio_ccw" };
  static const char *const overrides[] = { "(null)", "vfio_ccw", "other" };
  const Place *place = &model->places[where];

  if (!place->present)
    {
      g_string_append_printf (text, "%s is gone\n", place_name (where));
      return;
    }
  g_string_append_printf (text, "%s has %s driver %s override %s online %d mdev %s\n",
                          place_name (where), device_name (place->device), drivers[place->driver],
                          overrides[place->override], place->driver == DRIVER_IO && place->online,
                          place->mdev == NOBODY ? "-" : uuid_name (place->mdev));
}

static void
append_node (GString *text, const Model *model, int uuid, int place)
{
  const Definition *definition = &model->definitions[uuid];
  gboolean active = model->places[place].present && model->places[place].mdev == uuid;
  gboolean persistent = definition->defined && definition->place == place;

  if (active || persistent)
    g_string_append_printf (text, "node %s on %s active %d persistent %d autostart %d\n",
                            uuid_name (uuid), place_name (place), active, persistent,
                            persistent && definition->autostart);
}

static void
append_definition (GString *text, const Model *model, int uuid, int place)
{
  const Definition *definition = &model->definitions[uuid];
  const Note *meant = &model->notes[uuid];

  if (definition->defined && definition->place == place)
    g_string_append_printf (text, "file %s on %s auto %d broken %d\n", uuid_name (uuid),
                            place_name (place), definition->autostart, definition->broken);
  if (meant->noted && meant->place == place)
    g_string_append_printf (text, "note %s on %s for %s kind %s\n", uuid_name (uuid),
                            place_name (place), device_name (meant->device),
                            meant->kind == NOBODY ? "-" : kind_cutype (meant->kind));
}

static void
append_of_daemon (GString *text, const Model *model, int where)
{
  static const char *const drivers[] = { "-", "io_subchannel", "vfio_ccw" };
  const Place *place = &model->places[where];

  if (place->present)
    g_string_append_printf (text, "node css %s driver %s\n", place_name (where),
                            drivers[place->driver]);
  if (place->present && place->driver == DRIVER_IO)
    g_string_append_printf (text, "node ccw %s\n", device_name (place->device));
  if (place->ours)
    g_string_append_printf (text, "record of %s\n", place_name (where));
  for (int uuid = 0; uuid < N_UUIDS; uuid++)
    append_node (text, model, uuid, where);
}

char *
model_to_text (const Model *model)
{
  GString *text = g_string_new (NULL);

  for (int place = 0; place < N_PLACES; place++)
    {
      append_place (text, model, place);
      if (model->places[place].garbage)
        g_string_append_printf (text, "garbage on %s\n", place_name (place));
      if (!model->is_down)
        append_of_daemon (text, model, place);
      for (int uuid = 0; uuid < N_UUIDS; uuid++)
        append_definition (text, model, uuid, place);
    }
  return lines_sorted (g_string_free (text, FALSE));
}
