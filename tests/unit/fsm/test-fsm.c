// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver's transition table. Scripts tell what happens to a subchannel as
 * the driver has it happen; then rules that no cell may break; and at last a
 * check that the scripts and the table agree on every cell.
 */
#include <errno.h>
#include <glib.h>

#include "fsm.h"

typedef struct
{
  enum fsm_event event;
  int result;           /* 0 or -errno */
  enum fsm_state state; /* afterwards */
} Step;

#define STEPS_MAX 12

typedef struct
{
  const char *name;
  Step steps[STEPS_MAX];
  guint n_steps;
} Script;

#define STEPS(...) { __VA_ARGS__ }, sizeof ((Step[]){ __VA_ARGS__ }) / sizeof (Step)

/* Which cells the scripts have come through. */
static gboolean seen[FSM_STATES][FSM_EVENTS];

/* What leads from FSM_CLOSED to each state. */
static const struct
{
  enum fsm_event events[5];
  guint n_events;
} ways[FSM_STATES] = {
  [FSM_CLOSED] = { { 0 }, 0 },
  [FSM_IDLE] = { { FSM_OPEN }, 1 },
  [FSM_BUILDING] = { { FSM_OPEN, FSM_BUILD }, 2 },
  [FSM_ABORTING] = { { FSM_OPEN, FSM_BUILD, FSM_STOP }, 3 },
  [FSM_ACTIVE] = { { FSM_OPEN, FSM_BUILD, FSM_START }, 3 },
  [FSM_STOPPING] = { { FSM_OPEN, FSM_BUILD, FSM_START, FSM_STOP }, 4 },
  [FSM_DONE] = { { FSM_OPEN, FSM_BUILD, FSM_REJECT }, 3 },
  [FSM_WEDGED] = { { FSM_OPEN, FSM_BUILD, FSM_START, FSM_STOP, FSM_GIVE_UP }, 5 },
  [FSM_GONE] = { { FSM_VANISH }, 1 },
};

static enum fsm_state
go_to (enum fsm_state wanted)
{
  enum fsm_state state = FSM_CLOSED;

  for (guint i = 0; i < ways[wanted].n_events; i++)
    g_assert_cmpint (fsm_move (&state, ways[wanted].events[i]), ==, 0);
  g_assert_cmpint (state, ==, wanted);
  return state;
}

static void
take_step (enum fsm_state *state, const Step *step)
{
  enum fsm_state before = *state;
  int result = fsm_move (state, step->event);

  seen[before][step->event] = TRUE;
  if (result != step->result || *state != step->state)
    g_error ("event %d in state \"%s\": %d, then \"%s\"; wanted %d, then \"%s\"", step->event,
             fsm_state_name (before), result, fsm_state_name (*state), step->result,
             fsm_state_name (step->state));
}

/* --- scripts: each starts closed --- */

/* clang-format off */
static const Script scripts[] = {
  { "program", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_COLLECT, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_COLLECT, 0, FSM_ACTIVE },
    { FSM_FINAL, 0, FSM_DONE },
    { FSM_COLLECT, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE }) },
  { "program-refused", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_REJECT, 0, FSM_DONE },
    { FSM_COLLECT, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING }) },
  { "start-not-accepted", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_REJECT, 0, FSM_DONE },
    { FSM_COLLECT, 0, FSM_IDLE }) },
  { "second-program", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_BUILD, -EBUSY, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_BUILD, -EBUSY, FSM_ACTIVE },
    { FSM_START, -EBUSY, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_BUILD, -EBUSY, FSM_STOPPING },
    { FSM_START, -EBUSY, FSM_STOPPING },
    { FSM_FINAL, 0, FSM_DONE },
    { FSM_BUILD, -EBUSY, FSM_DONE },
    { FSM_START, -EIO, FSM_DONE }) },
  /* An interrupt from halt or clear, or unsolicited, is nobody's end. */
  { "signals", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_SIGNAL, 0, FSM_IDLE },
    { FSM_CLEAR, 0, FSM_IDLE },
    { FSM_FINAL, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_SIGNAL, 0, FSM_BUILDING },
    { FSM_CLEAR, 0, FSM_BUILDING },
    { FSM_FINAL, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_SIGNAL, 0, FSM_ACTIVE },
    { FSM_CLEAR, 0, FSM_ACTIVE },
    { FSM_FINAL, 0, FSM_DONE }) },
  { "signals-when-done", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_FINAL, 0, FSM_DONE },
    { FSM_SIGNAL, 0, FSM_DONE },
    { FSM_CLEAR, 0, FSM_DONE },
    { FSM_FINAL, 0, FSM_DONE },
    { FSM_REJECT, 0, FSM_DONE },
    { FSM_STOP, 0, FSM_DONE }) },
  { "stopped-while-built", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_COLLECT, 0, FSM_BUILDING },
    { FSM_STOP, 0, FSM_ABORTING },
    { FSM_STOP, 0, FSM_ABORTING },
    { FSM_SIGNAL, 0, FSM_ABORTING },
    { FSM_CLEAR, 0, FSM_ABORTING },
    { FSM_FINAL, 0, FSM_ABORTING },
    { FSM_COLLECT, 0, FSM_ABORTING },
    { FSM_BUILD, -EBUSY, FSM_ABORTING },
    { FSM_START, -EAGAIN, FSM_ABORTING },
    { FSM_REJECT, 0, FSM_DONE }) },
  { "stopped-while-it-runs", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_SIGNAL, -EBUSY, FSM_STOPPING },
    { FSM_CLEAR, 0, FSM_STOPPING },
    { FSM_COLLECT, 0, FSM_STOPPING },
    { FSM_FINAL, 0, FSM_DONE },
    { FSM_COLLECT, 0, FSM_IDLE },
    { FSM_STOP, 0, FSM_IDLE },
    { FSM_CLOSE, 0, FSM_CLOSED }) },
  { "stopped-before-it-was-refused", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_REJECT, 0, FSM_DONE }) },
  { "closed", STEPS (
    { FSM_BUILD, -EIO, FSM_CLOSED },
    { FSM_START, -EIO, FSM_CLOSED },
    { FSM_SIGNAL, -EIO, FSM_CLOSED },
    { FSM_CLEAR, -EIO, FSM_CLOSED },
    { FSM_REJECT, 0, FSM_CLOSED },
    { FSM_STOP, 0, FSM_CLOSED },
    { FSM_FINAL, 0, FSM_CLOSED },
    { FSM_COLLECT, 0, FSM_CLOSED },
    { FSM_CLOSE, 0, FSM_CLOSED },
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_CLOSE, 0, FSM_CLOSED },
    { FSM_OPEN, 0, FSM_IDLE }) },
  { "idle", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_OPEN, -EBUSY, FSM_IDLE },
    { FSM_START, -EIO, FSM_IDLE },
    { FSM_REJECT, 0, FSM_IDLE },
    { FSM_STOP, 0, FSM_IDLE }) },
  { "in-use", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_OPEN, -EBUSY, FSM_BUILDING },
    { FSM_CLOSE, -EBUSY, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_OPEN, -EBUSY, FSM_ACTIVE },
    { FSM_CLOSE, -EBUSY, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_OPEN, -EBUSY, FSM_STOPPING },
    { FSM_CLOSE, -EBUSY, FSM_STOPPING },
    { FSM_FINAL, 0, FSM_DONE },
    { FSM_CLOSE, -EBUSY, FSM_DONE }) },
  { "open-when-done", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_REJECT, 0, FSM_DONE },
    { FSM_OPEN, -EBUSY, FSM_DONE }) },
  { "in-use-aborting", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_STOP, 0, FSM_ABORTING },
    { FSM_OPEN, -EBUSY, FSM_ABORTING },
    { FSM_CLOSE, -EBUSY, FSM_ABORTING }) },
  { "cannot-be-stopped", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_GIVE_UP, 0, FSM_WEDGED },
    { FSM_COLLECT, 0, FSM_WEDGED },
    { FSM_CLOSE, 0, FSM_CLOSED },
    { FSM_OPEN, 0, FSM_IDLE }) },
  { "nothing-goes-while-wedged", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_GIVE_UP, 0, FSM_WEDGED },
    { FSM_OPEN, -EBUSY, FSM_WEDGED },
    { FSM_BUILD, -ENODEV, FSM_WEDGED },
    { FSM_START, -ENODEV, FSM_WEDGED },
    { FSM_SIGNAL, -ENODEV, FSM_WEDGED },
    { FSM_CLEAR, -ENODEV, FSM_WEDGED },
    { FSM_REJECT, 0, FSM_WEDGED },
    { FSM_STOP, 0, FSM_WEDGED } ) },
  { "wedged-for-good", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_BUILD, 0, FSM_BUILDING },
    { FSM_START, 0, FSM_ACTIVE },
    { FSM_STOP, 0, FSM_STOPPING },
    { FSM_GIVE_UP, 0, FSM_WEDGED },
    { FSM_FINAL, 0, FSM_WEDGED },
    { FSM_GIVE_UP, 0, FSM_WEDGED },
    { FSM_VANISH, 0, FSM_GONE } ) },
  { "gone", STEPS (
    { FSM_OPEN, 0, FSM_IDLE },
    { FSM_VANISH, 0, FSM_GONE },
    { FSM_OPEN, -ENODEV, FSM_GONE },
    { FSM_BUILD, -ENODEV, FSM_GONE },
    { FSM_START, -ENODEV, FSM_GONE },
    { FSM_SIGNAL, -ENODEV, FSM_GONE },
    { FSM_CLEAR, -ENODEV, FSM_GONE },
    { FSM_REJECT, 0, FSM_GONE },
    { FSM_STOP, 0, FSM_GONE },
    { FSM_FINAL, 0, FSM_GONE },
    { FSM_COLLECT, 0, FSM_GONE },
    { FSM_CLOSE, 0, FSM_GONE }) },
};
/* clang-format on */

static void
test_script (gconstpointer data)
{
  const Script *script = data;
  enum fsm_state state = FSM_CLOSED;

  for (guint i = 0; i < script->n_steps; i++)
    take_step (&state, &script->steps[i]);
}

/* --- rules --- */

/* The device may vanish whatever it does, and does not come back. */
static void
test_vanish (void)
{
  for (enum fsm_state from = 0; from < FSM_STATES; from++)
    {
      enum fsm_state state = go_to (from);

      take_step (&state, &(Step){ FSM_VANISH, 0, FSM_GONE });
      for (enum fsm_event event = 0; event < FSM_EVENTS; event++)
        {
          fsm_move (&state, event);
          g_assert_cmpint (state, ==, FSM_GONE);
        }
    }
}

static void
test_refusal_moves_nothing (void)
{
  for (enum fsm_state from = 0; from < FSM_STATES; from++)
    {
      for (enum fsm_event event = 0; event < FSM_EVENTS; event++)
        {
          enum fsm_state state = go_to (from);
          int result = fsm_move (&state, event);

          g_assert_cmpint (result, <=, 0);
          if (result)
            g_assert_cmpint (state, ==, from);
          g_assert_cmpint (state, <, FSM_STATES);
        }
    }
}

/* What each state may lead to, and by which events alone. */
static void
test_ways_in (void)
{
  static const struct
  {
    enum fsm_state to;
    enum fsm_state from;
    enum fsm_event by;
  } only[] = {
    { FSM_BUILDING, FSM_IDLE, FSM_BUILD },     { FSM_ABORTING, FSM_BUILDING, FSM_STOP },
    { FSM_ACTIVE, FSM_BUILDING, FSM_START },   { FSM_STOPPING, FSM_ACTIVE, FSM_STOP },
    { FSM_WEDGED, FSM_STOPPING, FSM_GIVE_UP },
  };

  for (guint i = 0; i < G_N_ELEMENTS (only); i++)
    {
      for (enum fsm_state from = 0; from < FSM_STATES; from++)
        {
          for (enum fsm_event event = 0; event < FSM_EVENTS; event++)
            {
              enum fsm_state state = go_to (from);

              fsm_move (&state, event);
              if (from != only[i].to && state == only[i].to)
                g_assert_true (from == only[i].from && event == only[i].by);
            }
        }
    }
}

/* Pages are held from BUILDING to DONE; who has any is neither opened nor closed. */
static void
test_pages_are_collected_first (void)
{
  for (enum fsm_state from = FSM_BUILDING; from <= FSM_DONE; from++)
    {
      enum fsm_state state = go_to (from);

      g_assert_cmpint (fsm_move (&state, FSM_OPEN), ==, -EBUSY);
      g_assert_cmpint (fsm_move (&state, FSM_CLOSE), ==, -EBUSY);
      g_assert_cmpint (fsm_move (&state, FSM_BUILD), ==, -EBUSY);
    }
}

/* Only who holds no pages is closed, or who has given them up for lost. */
static void
test_closed_by_close (void)
{
  for (enum fsm_state from = FSM_IDLE; from < FSM_STATES; from++)
    {
      for (enum fsm_event event = 0; event < FSM_EVENTS; event++)
        {
          enum fsm_state state = go_to (from);

          fsm_move (&state, event);
          if (state == FSM_CLOSED)
            g_assert_true (event == FSM_CLOSE && (from == FSM_IDLE || from == FSM_WEDGED));
        }
    }
}

/* Who has not been given up may be, and then nothing changes unless a program is being ended. */
static void
test_give_up_what_runs (void)
{
  for (enum fsm_state from = 0; from < FSM_STATES; from++)
    {
      enum fsm_state state = go_to (from);

      take_step (&state, &(Step){ FSM_GIVE_UP, 0, from == FSM_STOPPING ? FSM_WEDGED : from });
    }
}

/* CLEAR SUBCHANNEL has no condition code 2. */
static void
test_clear_is_never_busy (void)
{
  for (enum fsm_state from = 0; from < FSM_STATES; from++)
    {
      enum fsm_state state = go_to (from);

      g_assert_cmpint (fsm_move (&state, FSM_CLEAR), !=, -EBUSY);
      g_assert_cmpint (state, ==, from);
    }
}

static void
test_names (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (enum fsm_state state = 0; state < FSM_STATES; state++)
    g_assert_true (g_hash_table_add (names, (gpointer) fsm_state_name (state)));
}

/* A cell that no script comes to is one nobody has thought of. */
static void
test_every_cell (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    test_script (&scripts[i]);
  test_vanish ();
  test_give_up_what_runs ();
  for (enum fsm_state state = 0; state < FSM_STATES; state++)
    {
      for (enum fsm_event event = 0; event < FSM_EVENTS; event++)
        {
          if (!seen[state][event])
            g_error ("no script has event %d in state \"%s\"", event, fsm_state_name (state));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat ("/fsm/script/", scripts[i].name, NULL);

      g_test_add_data_func (path, &scripts[i], test_script);
    }
  g_test_add_func ("/fsm/rule/vanish", test_vanish);
  g_test_add_func ("/fsm/rule/refusal-moves-nothing", test_refusal_moves_nothing);
  g_test_add_func ("/fsm/rule/ways-in", test_ways_in);
  g_test_add_func ("/fsm/rule/pages-are-collected-first", test_pages_are_collected_first);
  g_test_add_func ("/fsm/rule/closed-by-close", test_closed_by_close);
  g_test_add_func ("/fsm/rule/give-up-what-runs", test_give_up_what_runs);
  g_test_add_func ("/fsm/rule/clear-is-never-busy", test_clear_is_never_busy);
  g_test_add_func ("/fsm/names", test_names);
  g_test_add_func ("/fsm/every-cell", test_every_cell);
  return g_test_run ();
}
