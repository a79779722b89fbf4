// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzz target: the input is a scenario (scenario.h). Whatever it chooses, the
 * translation must keep every address inside what is pinned, and behave as the
 * guest's program does.
 *
 * With clang this is a libFuzzer program, with afl-clang-fast one of AFL++;
 * otherwise, and for the seed corpus, it is linked with ../replay.c.
 */
#include "../replay.h"
#include "scenario.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  scenario_run (data, size);
  return 0;
}

/* As a vector (tests/unit/translator/vectors). */
void
replay_show (const uint8_t *data, size_t size)
{
  scenario_show (data, size);
}
