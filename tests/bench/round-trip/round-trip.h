/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel program's round trip through a mediated subchannel, as QEMU makes it. */
#pragma once

#include "subchannel.h"

struct ccw_io_region round_trip_request (const Program *program);
void round_trip (Client *client, const struct ccw_io_region *request);
void use_small_pages (Client *client);
