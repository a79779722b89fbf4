// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzz target: the input chooses a guest's memory, its channel program, which
 * pages are missing, what the device does, and whether the guest changes its
 * memory while it is being read. Whatever it chooses, the translation must keep
 * every address inside what is pinned, and behave as the guest's program does.
 *
 * With clang this is a libFuzzer program; otherwise, and for the seed corpus,
 * it is linked with replay.c.
 */
#include "random-program.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static char *
check (RandomProgram *program, const struct ccw_xlat *x, gboolean meddled)
{
  char *wrong = check_invariant (program->machine, x);

  if (wrong == NULL && !meddled)
    wrong = check_same_run (program->machine, x, program->orb, program->steps, PROGRAM_STEPS);
  return wrong;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean meddled = size > 0 && (data[0] & 1) != 0;
  Source source = { .bytes = data, .len = size, .next = MIN (size, 1) };
  RandomProgram program;
  struct ccw_xlat x;
  g_autofree char *wrong = NULL;

  random_program_init (&program, &source);
  if (meddled)
    random_program_meddle (&program);
  if (check_translate (program.machine, &x, program.orb) == 0)
    wrong = check (&program, &x, meddled);
  if (wrong != NULL)
    g_error ("%s", wrong);
  ccw_xlat_unpin (&x, machine_unpin, program.machine);
  g_assert_cmpuint (program.machine->pinned, ==, 0);
  random_program_clear (&program);
  return 0;
}
