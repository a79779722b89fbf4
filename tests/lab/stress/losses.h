/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses: a device that is taken away from somebody who uses it, and given back. */
#pragma once

#include "mix.h"

typedef struct Loss Loss;

/* a device that is lost again and again; it is random when */
struct Loss
{
  const char *name;
  int (*take) (const char *uuid); /* in a thread of its own */
  void (*give_back) (const char *uuid);
};

extern const Loss losses[];

void lose_again_and_again (Mix *mix, const Loss *loss);
void kill_again_and_again (Mix *mix);
