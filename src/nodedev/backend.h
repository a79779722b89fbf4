/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/budget.h"
#include "nodedev/events.h"
#include "nodedev/keepalive.h"
#include "nodedev/node.h"
#include "nodedev/schema.h"
#include "nodedev/service.h"
#include "nodedev/settings.h"

/* The daemon for all other devices, as all clients share it. */
typedef struct
{
  char *socket;
  NodedevKeepaliveLimits keepalive;
  gboolean is_missed; /* it could not be asked, which was logged */
} NodedevOthers;

/* Bytes that may be kept for all clients together who are not trusted: see budget.h. */
#define NODEDEV_UNTRUSTED_BYTES_MAX (128 * 1024 * 1024)

/* What the calls of every client work on: the devices, their changes, the news of them. */
typedef struct
{
  NodedevView view;
  NodedevService *service;
  NodedevEvents *events;
  const NodedevSettings *settings;
  NodedevBudget *budget; /* of clients who are not trusted */
  NodedevSchema *schema; /* of device XML, taken and given */
  NodedevOthers *others; /* NULL: there is no such daemon */
} NodedevBackend;
