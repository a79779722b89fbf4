/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/events.h"
#include "nodedev/node.h"
#include "nodedev/service.h"

/* What the calls of every client work on: the devices, their changes, the news of them. */
typedef struct
{
  NodedevView view;
  NodedevService *service;
  NodedevEvents *events;
  const char *upstream; /* socket of the daemon for all other devices; NULL: there is none */
} NodedevBackend;
