/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What must be true of the machine, the daemon and the files after any
 * sequence of operations: the rules of docs/man/virtccwd.8, written down a
 * second time, without a look at how the daemon does it. Small numbers stand
 * for places (subchannels), devices, kinds of device and UUIDs.
 */
#define N_PLACES 4
#define N_DEVICES 5
#define N_KINDS 3
#define N_UUIDS 5

#define NOBODY (-1)

typedef enum
{
  DRIVER_NONE,
  DRIVER_IO,
  DRIVER_VFIO,
} Driver;

typedef enum
{
  OVERRIDE_NONE,
  OVERRIDE_VFIO,
  OVERRIDE_OTHER,
} Override;

typedef struct
{
  gboolean present;
  int device;
  int kind;
  Driver driver;
  Override override;
  gboolean online; /* with DRIVER_IO */
  int mdev;        /* UUID or NOBODY */

  /* Taken by the daemon, to be given back so. */
  gboolean ours;
  Driver before_driver;
  Override before_override;
  gboolean before_online;

  gboolean stale;   /* others took it back: what was noted may stay until the daemon looks again */
  gboolean garbage; /* a file in its folder that nobody can read */
} Place;

typedef struct
{
  gboolean defined;
  int place;
  gboolean autostart;
  gboolean broken; /* has an attribute that no mdev has: cannot be started */
} Definition;

/* For which device a definition is. */
typedef struct
{
  gboolean noted;
  int place;
  int device;
  int kind;         /* or NOBODY: not known */
  gboolean refused; /* another kind was seen under the number; only the daemon knows */
} Note;

typedef struct
{
  Place places[N_PLACES];
  Definition definitions[N_UUIDS];
  Note notes[N_UUIDS];
  gboolean is_down; /* the daemon */
} Model;

void model_init (Model *model);

/* Where device or mdev are; NOBODY for nowhere. */
int model_place_of_device (const Model *model, int device);
int model_place_of_mdev (const Model *model, int uuid);

/* How many definitions on @place start by themselves. */
guint model_count_autostart (const Model *model, int place);

/* What clients ask of the daemon: TRUE when it must succeed. On FALSE nothing changes. */
gboolean model_create (Model *model, int uuid, int place);
gboolean model_define (Model *model, int uuid, int place, gboolean broken);
gboolean model_start (Model *model, int uuid);
gboolean model_destroy (Model *model, int uuid, int place);
gboolean model_undefine (Model *model, int uuid);
gboolean model_set_autostart (Model *model, int uuid, gboolean autostart);

/* What others do, as far as it does not need the daemon. */
void model_plug (Model *model, int place, int device, int kind);
void model_unplug (Model *model, int place);
void model_bind (Model *model, int place);

/* What the daemon makes of what others did on @place, or with the definition of @uuid. */
void model_react_to_device (Model *model, int place, gboolean is_new);
void model_react_to_definition (Model *model, int uuid);
void model_react_to_loss (Model *model, int place);

/* The daemon was started. */
void model_restart (Model *model);

/* The last mdev and definition are gone from @place: as the host had it before. */
void model_give_back (Model *model, int place);

/* All of it as text, a line each, as world_observe() tells it. The caller frees it. */
char *model_to_text (const Model *model);
