/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/identity.h"

/* A persistent mdev of which is known what it is meant for. */
typedef struct
{
  char *uuid;
  CcwDevId parent;
  MdevIdentity *identity;
  gboolean has_warned;
  gboolean is_refused; /* another kind of device has been seen under its number */
  gboolean is_unsaved; /* the note of it says less than is known, or is not there */
} NodedevDefinition;

/* Takes @identity over. */
NodedevDefinition *nodedev_definition_new (const char *uuid, const CcwDevId *parent,
                                           MdevIdentity *identity);
void nodedev_definition_free (NodedevDefinition *definition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevDefinition, nodedev_definition_free)

/* Those that are known: by what they are, and by the device that they are meant for. */
typedef struct _NodedevDefinitions NodedevDefinitions;

NodedevDefinitions *nodedev_definitions_new (void);
void nodedev_definitions_free (NodedevDefinitions *definitions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodedevDefinitions, nodedev_definitions_free)

/* NULL: it is not known. */
NodedevDefinition *nodedev_definitions_find (const NodedevDefinitions *definitions,
                                             const char *uuid, const CcwDevId *parent);

/* Those that are meant for @device; NULL: none. Valid until one is put or taken out. */
const GPtrArray *nodedev_definitions_of (const NodedevDefinitions *definitions,
                                         const CcwDevId *device);

/* All of them; the caller frees the list. */
GList *nodedev_definitions_list (const NodedevDefinitions *definitions);

/* Takes @definition over, in the place of one that is there. */
void nodedev_definitions_put (NodedevDefinitions *definitions, NodedevDefinition *definition);

/* Takes it out, for the caller to keep; NULL: there is none. */
NodedevDefinition *nodedev_definitions_take (NodedevDefinitions *definitions, const char *uuid,
                                             const CcwDevId *parent);

/* Forgets it, if it is known. */
void nodedev_definitions_drop (NodedevDefinitions *definitions, const char *uuid,
                               const CcwDevId *parent);
