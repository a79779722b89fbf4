// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Status on its way from the subchannel to its reader. Scripts tell what TEST
 * SUBCHANNEL stores at each interrupt, whether that ends the channel program,
 * and what a reader finds who comes in between, as the Principles of Operation
 * have it in chapter 16.
 */
#include <glib.h>
#include <string.h>

#include "irb.h"

/* words 1 and 2 of the subchannel-status word */
#define CHANNEL_END 0x08000000u
#define DEVICE_END 0x04000000u
#define ATTENTION 0x80000000u
#define UNIT_CHECK 0x02000000u
#define PCI 0x00800000u
#define PROTECTION_CHECK 0x00100000u

#define ENDING (IRB_PRIMARY | IRB_SECONDARY | IRB_PENDING)

typedef enum
{
  RUNS_ON,  /* an interrupt; the program is not over */
  ENDS,     /* an interrupt; the program is over */
  READ,     /* a reader takes the status */
  EMPTY,    /* a reader finds that there is none */
  PUT_BACK, /* what was taken last did not reach its reader */
} What;

typedef struct
{
  What what;
  guint32 scsw;
  guint32 ccw_address;
  guint32 status;
} Step;

#define STEPS_MAX 8

typedef struct
{
  const char *name;
  Step steps[STEPS_MAX];
  guint n_steps;
} Script;

#define STEPS(...) { __VA_ARGS__ }, sizeof ((Step[]){ __VA_ARGS__ }) / sizeof (Step)

/* clang-format off */
static const Script scripts[] = {
  { "ending-status-at-once", STEPS (
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { EMPTY, 0, 0, 0 }) },
  { "primary-then-secondary", STEPS (
    { RUNS_ON, IRB_START | IRB_DEVICE_ACTIVE | IRB_PRIMARY | IRB_PENDING, 0x1008,
      CHANNEL_END | 7 },
    { READ, IRB_START | IRB_DEVICE_ACTIVE | IRB_PRIMARY | IRB_PENDING, 0x1008,
      CHANNEL_END | 7 },
    { EMPTY, 0, 0, 0 },
    { ENDS, IRB_START | IRB_SECONDARY | IRB_PENDING, 0, DEVICE_END },
    { READ, IRB_START | IRB_SECONDARY | IRB_PENDING, 0, DEVICE_END }) },
  /* The secondary status has neither CCW address nor count of its own. */
  { "primary-and-secondary-add-up", STEPS (
    { RUNS_ON, IRB_START | IRB_DEVICE_ACTIVE | IRB_PRIMARY | IRB_PENDING, 0x1008,
      CHANNEL_END | 7 },
    { ENDS, IRB_START | IRB_SECONDARY | IRB_PENDING, 0x9998, DEVICE_END | 99 },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { EMPTY, 0, 0, 0 }) },
  /* Program-controlled interruption: the program goes on. */
  { "pci", STEPS (
    { RUNS_ON, IRB_START | IRB_SUBCHANNEL_ACTIVE | IRB_INTERMEDIATE | IRB_PENDING, 0x1008,
      PCI },
    { READ, IRB_START | IRB_SUBCHANNEL_ACTIVE | IRB_INTERMEDIATE | IRB_PENDING, 0x1008,
      PCI },
    { EMPTY, IRB_START | IRB_SUBCHANNEL_ACTIVE, 0, 0 },
    { ENDS, IRB_START | ENDING, 0x1018, CHANNEL_END | DEVICE_END },
    { READ, IRB_START | ENDING, 0x1018, CHANNEL_END | DEVICE_END }) },
  { "pci-nobody-reads", STEPS (
    { RUNS_ON, IRB_START | IRB_SUBCHANNEL_ACTIVE | IRB_INTERMEDIATE | IRB_PENDING, 0x1008,
      PCI | 5 },
    { RUNS_ON, IRB_START | IRB_SUBCHANNEL_ACTIVE | IRB_INTERMEDIATE | IRB_PENDING, 0x1010,
      PCI | 4 },
    { ENDS, IRB_START | ENDING, 0x1018, CHANNEL_END | DEVICE_END | 3 },
    { READ, IRB_START | IRB_INTERMEDIATE | ENDING, 0x1018,
      PCI | CHANNEL_END | DEVICE_END | 3 },
    { EMPTY, 0, 0, 0 }) },
  /* A suspended program is still there when its status has been read. */
  { "suspended-and-resumed", STEPS (
    { RUNS_ON, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 0 },
    { READ, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 0 },
    { EMPTY, IRB_START | IRB_SUSPENDED, 0, 0 },
    { EMPTY, IRB_START | IRB_SUSPENDED, 0, 0 },
    { ENDS, IRB_START | ENDING, 0x1010, CHANNEL_END | DEVICE_END },
    { READ, IRB_START | ENDING, 0x1010, CHANNEL_END | DEVICE_END }) },
  { "suspended-and-attention", STEPS (
    { RUNS_ON, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 3 },
    { RUNS_ON, IRB_START | IRB_SUSPENDED | IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_ALERT | IRB_PENDING, 0x1008,
      ATTENTION | 3 }) },
  { "suspended-again", STEPS (
    { RUNS_ON, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 3 },
    { RUNS_ON, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1010, 4 },
    { READ, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1010, 4 }) },
  /* Zero condition code: initial status that the ORB asked for. */
  { "initial-status", STEPS (
    { RUNS_ON, IRB_ZERO_CC | IRB_START | IRB_SUBCHANNEL_ACTIVE | IRB_INTERMEDIATE | IRB_PENDING,
      0x1008, 0 },
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END },
    { READ, IRB_ZERO_CC | IRB_START | IRB_INTERMEDIATE | ENDING, 0x1008,
      CHANNEL_END | DEVICE_END }) },
  { "start-pending-is-no-end", STEPS (
    { RUNS_ON, IRB_START | IRB_START_PENDING | IRB_ALERT | IRB_PENDING, 0, ATTENTION }) },
  { "resume-pending-is-no-end", STEPS (
    { RUNS_ON, IRB_START | IRB_RESUME_PENDING | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 0 }) },
  /* Unit check and protection check end a program as well as success does. */
  { "error-ends", STEPS (
    { ENDS, IRB_START | IRB_ALERT | ENDING, 0x1008, CHANNEL_END | DEVICE_END | UNIT_CHECK | 7 },
    { READ, IRB_START | IRB_ALERT | ENDING, 0x1008,
      CHANNEL_END | DEVICE_END | UNIT_CHECK | 7 }) },
  { "program-ends-with-alert-alone", STEPS (
    { ENDS, IRB_START | IRB_ALERT | IRB_PENDING, 0x1008, PROTECTION_CHECK }) },
  /* Condition codes that come with the interrupt: nothing was started. */
  { "deferred-condition-code-1", STEPS (
    { ENDS, 0x01000000u | IRB_START | IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, 0x01000000u | IRB_START | IRB_ALERT | IRB_PENDING, 0, ATTENTION }) },
  { "deferred-condition-code-3", STEPS (
    { ENDS, 0x03000000u | IRB_PATH_NOT_OPERATIONAL | IRB_START | IRB_START_PENDING | ENDING, 0, 0 },
    { READ, 0x03000000u | IRB_PATH_NOT_OPERATIONAL | IRB_START | IRB_START_PENDING | ENDING, 0,
      0 }) },
  { "deferred-condition-code-stays", STEPS (
    { ENDS, 0x01000000u | IRB_START | ENDING, 0x1008, 0 },
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, 0x01000000u | IRB_START | IRB_ALERT | ENDING, 0x1008, ATTENTION }) },
  { "path-not-operational-stays", STEPS (
    { ENDS, 0x03000000u | IRB_PATH_NOT_OPERATIONAL | IRB_START | ENDING, 0, 0 },
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, 0x03000000u | IRB_PATH_NOT_OPERATIONAL | IRB_START | IRB_ALERT | ENDING, 0,
      ATTENTION }) },
  { "unsolicited", STEPS (
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { EMPTY, 0, 0, 0 }) },
  /* Whose status is unread is told even if something else came behind it. */
  { "program-and-attention-add-up", STEPS (
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0x9998, ATTENTION | 99 },
    { READ, IRB_START | IRB_ALERT | ENDING, 0x1008, ATTENTION | CHANNEL_END | DEVICE_END | 7 },
    { EMPTY, 0, 0, 0 }) },
  { "halted", STEPS (
    { ENDS, IRB_START | IRB_HALT | IRB_PENDING, 0, 0 },
    { READ, IRB_START | IRB_HALT | IRB_PENDING, 0, 0 },
    { EMPTY, 0, 0, 0 }) },
  { "halted-while-suspended", STEPS (
    { RUNS_ON, IRB_START | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 0 },
    { ENDS, IRB_START | IRB_HALT | IRB_SUSPENDED | IRB_PENDING, 0, 0 },
    { READ, IRB_START | IRB_HALT | IRB_SUSPENDED | IRB_INTERMEDIATE | IRB_PENDING, 0x1008, 0 },
    { EMPTY, 0, 0, 0 }) },
  { "halted-before-it-began", STEPS (
    { ENDS, IRB_START | IRB_HALT | IRB_START_PENDING | IRB_PENDING, 0, 0 }) },
  { "halt-pending-is-no-end", STEPS (
    { RUNS_ON, IRB_START | IRB_HALT | IRB_HALT_PENDING | IRB_INTERMEDIATE | IRB_PENDING, 0x1008,
      0 },
    { ENDS, IRB_START | IRB_HALT | IRB_PENDING, 0, 0 }) },
  { "halted-and-attention", STEPS (
    { ENDS, IRB_HALT | IRB_PENDING, 0, 0 },
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, IRB_HALT | IRB_ALERT | IRB_PENDING, 0, ATTENTION }) },
  /* The clear function removes all status; what comes behind it counts again. */
  { "cleared", STEPS (
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { ENDS, IRB_CLEAR | IRB_PENDING, 0, 0 },
    { READ, IRB_CLEAR | IRB_PENDING, 0, 0 },
    { EMPTY, 0, 0, 0 }) },
  { "cleared-and-next-program", STEPS (
    { ENDS, IRB_CLEAR | IRB_PENDING, 0, 0 },
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END }) },
  { "clear-pending-is-no-end", STEPS (
    { RUNS_ON, IRB_START | IRB_CLEAR | IRB_CLEAR_PENDING | IRB_ALERT | IRB_PENDING, 0, 0 },
    { ENDS, IRB_CLEAR | IRB_PENDING, 0, 0 },
    { READ, IRB_CLEAR | IRB_PENDING, 0, 0 }) },
  { "cleared-and-attention", STEPS (
    { ENDS, IRB_CLEAR | IRB_PENDING, 0, 0 },
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { READ, IRB_CLEAR | IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { EMPTY, 0, 0, 0 }) },
  { "put-back", STEPS (
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { PUT_BACK, 0, 0, 0 },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { EMPTY, 0, 0, 0 }) },
  { "put-back-behind-newer", STEPS (
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { RUNS_ON, IRB_ALERT | IRB_PENDING, 0, ATTENTION },
    { PUT_BACK, 0, 0, 0 },
    { READ, IRB_START | IRB_ALERT | ENDING, 0x1008, ATTENTION | CHANNEL_END | DEVICE_END | 7 },
    { EMPTY, 0, 0, 0 }) },
  { "put-back-behind-clear", STEPS (
    { ENDS, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { READ, IRB_START | ENDING, 0x1008, CHANNEL_END | DEVICE_END | 7 },
    { ENDS, IRB_CLEAR | IRB_PENDING, 0, 0 },
    { PUT_BACK, 0, 0, 0 },
    { READ, IRB_CLEAR | IRB_PENDING, 0, 0 }) },
};
/* clang-format on */

static void
expect_words (const Step *step, const struct irb_words *irb)
{
  g_assert_cmphex (irb->word[IRB_SCSW], ==, step->scsw);
  g_assert_cmphex (irb->word[IRB_CCW_ADDRESS], ==, step->ccw_address);
  g_assert_cmphex (irb->word[IRB_STATUS], ==, step->status);
}

static void
interrupt (struct irb_box *box, const Step *step)
{
  const struct irb_words irb = { { step->scsw, step->ccw_address, step->status } };

  g_assert_cmpint (irb_ends_program (&irb), ==, step->what == ENDS);
  irb_box_put (box, &irb);
  g_assert_true (box->unread);
}

static void
take_step (struct irb_box *box, struct irb_words *taken, const Step *step)
{
  switch (step->what)
    {
    case RUNS_ON:
    case ENDS:
      interrupt (box, step);
      break;
    case READ:
    case EMPTY:
      g_assert_cmpint (irb_box_take (box, taken), ==, step->what == READ);
      expect_words (step, taken);
      g_assert_false (box->unread);
      break;
    case PUT_BACK:
      irb_box_untake (box, taken);
      g_assert_true (box->unread);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
test_script (gconstpointer data)
{
  const Script *script = data;
  struct irb_box box = { 0 };
  struct irb_words taken = { { 0 } };

  for (guint i = 0; i < script->n_steps; i++)
    take_step (&box, &taken, &script->steps[i]);
}

/* --- extended status --- */

#define CONCURRENT_SENSE (IRB_EXTENDED_CONTROL | IRB_START | IRB_ALERT | ENDING)
#define SENSE_COUNT 0x01200000u

static struct irb_words
with_extensions (guint32 scsw, guint32 logout, guint32 report, guint32 sense)
{
  struct irb_words irb = { { [IRB_SCSW] = scsw,
                             [IRB_ESW] = logout,
                             [IRB_ESW_REPORT] = report,
                             [IRB_ECW] = sense,
                             [IRB_WORDS - 1] = sense } };

  return irb;
}

static void
expect_extensions (struct irb_box *box, guint32 flags, guint32 logout, guint32 report,
                   guint32 sense)
{
  struct irb_words irb;

  g_assert_true (irb_box_take (box, &irb));
  g_assert_cmphex (irb.word[IRB_SCSW] & (IRB_EXTENDED_CONTROL | IRB_ESW_FORMAT_0), ==, flags);
  g_assert_cmphex (irb.word[IRB_ESW], ==, logout);
  g_assert_cmphex (irb.word[IRB_ESW_REPORT], ==, report);
  g_assert_cmphex (irb.word[IRB_ECW], ==, sense);
  g_assert_cmphex (irb.word[IRB_WORDS - 1], ==, sense);
}

/* Sense data outlives status that brings none, with the word that counts it. */
static void
test_sense_stays (void)
{
  const struct irb_words sense
      = with_extensions (CONCURRENT_SENSE, 0x00800000, SENSE_COUNT, 0x5e5e5e5e);
  const struct irb_words plain = with_extensions (IRB_ALERT | IRB_PENDING, 0, 0, 0);
  const struct irb_words logout
      = with_extensions (IRB_ESW_FORMAT_0 | IRB_ALERT | IRB_PENDING, 0x11111111, 0, 0);
  struct irb_box box = { 0 };

  irb_box_put (&box, &sense);
  irb_box_put (&box, &plain);
  expect_extensions (&box, IRB_EXTENDED_CONTROL, 0x00800000, SENSE_COUNT, 0x5e5e5e5e);
  irb_box_put (&box, &sense);
  irb_box_put (&box, &logout);
  expect_extensions (&box, IRB_EXTENDED_CONTROL, 0x00800000, SENSE_COUNT, 0x5e5e5e5e);
}

static void
test_new_sense_replaces (void)
{
  const struct irb_words first
      = with_extensions (CONCURRENT_SENSE | IRB_ESW_FORMAT_0, 1, SENSE_COUNT, 0x11111111);
  const struct irb_words second = with_extensions (CONCURRENT_SENSE, 2, SENSE_COUNT, 0x22222222);
  struct irb_box box = { 0 };

  irb_box_put (&box, &first);
  irb_box_put (&box, &second);
  expect_extensions (&box, IRB_EXTENDED_CONTROL, 2, SENSE_COUNT, 0x22222222);
}

static void
test_logout_stays (void)
{
  const struct irb_words logout
      = with_extensions (IRB_ESW_FORMAT_0 | IRB_START | IRB_ALERT | ENDING, 0x11111111, 3, 0);
  const struct irb_words plain = with_extensions (IRB_ALERT | IRB_PENDING, 0, 0, 0);
  struct irb_box box = { 0 };

  irb_box_put (&box, &logout);
  irb_box_put (&box, &plain);
  expect_extensions (&box, IRB_ESW_FORMAT_0, 0x11111111, 3, 0);
}

static void
test_new_logout_replaces (void)
{
  const struct irb_words first
      = with_extensions (IRB_ESW_FORMAT_0 | IRB_START | IRB_ALERT | ENDING, 0x11111111, 3, 0);
  const struct irb_words second
      = with_extensions (IRB_ESW_FORMAT_0 | IRB_ALERT | IRB_PENDING, 0x22222222, 4, 0);
  struct irb_box box = { 0 };

  irb_box_put (&box, &first);
  irb_box_put (&box, &second);
  expect_extensions (&box, IRB_ESW_FORMAT_0, 0x22222222, 4, 0);
}

/* --- addresses, by a real translation --- */

#define GUEST_PROGRAM 0x2000u
#define HOST_ARENA 0x100000u
#define HOST_SINK 0x200000u

/* NOP, command chaining; NOP. Format 1. */
static const guint8 guest_program[] = {
  0x03, 0x60, 0, 1, 0, 0, 0, 0, 0x03, 0x20, 0, 1, 0, 0, 0, 0,
};

static const guint8 guest_orb[CCW_XLAT_ORB_SIZE] = {
  [5] = 0xc0,
  [6] = 0xff,
  [10] = GUEST_PROGRAM >> 8,
};

static int
read_guest (void *context G_GNUC_UNUSED, u64 address, void *buffer, u32 length)
{
  guint8 memory[4096] = { 0 };
  gsize at = address - GUEST_PROGRAM;

  g_assert_cmpuint (at + length, <=, sizeof memory);
  memcpy (memory, guest_program, sizeof guest_program);
  memcpy (buffer, memory + at, length);
  return 0;
}

typedef struct
{
  guint64 memory[CCW_XLAT_ARENA_MIN / sizeof (guint64)];
  struct ccw_xlat program;
  guint32 host_program; /* host absolute address of the first CCW */
} Translation;

static void
translate (Translation *translation)
{
  const struct ccw_xlat_arena arena = {
    .cpu = translation->memory,
    .abs = HOST_ARENA,
    .len = sizeof translation->memory,
    .sink = HOST_SINK,
  };
  guint8 orb[CCW_XLAT_ORB_SIZE];
  guint32 address;

  g_assert_cmpint (ccw_xlat_fetch (&translation->program, &arena, guest_orb, read_guest, NULL), ==,
                   0);
  g_assert_cmpint (ccw_xlat_build (&translation->program), ==, 0);
  ccw_xlat_host_orb (&translation->program, orb);
  memcpy (&address, orb + 8, sizeof address);
  translation->host_program = GUINT32_FROM_BE (address);
}

static void
test_ccw_address (void)
{
  g_autofree Translation *translation = g_new0 (Translation, 1);
  struct irb_words irb = { { IRB_START | ENDING } };

  translate (translation);
  irb.word[IRB_CCW_ADDRESS] = translation->host_program + 16;
  irb_translate (&irb, &translation->program);
  g_assert_cmphex (irb.word[IRB_CCW_ADDRESS], ==, GUEST_PROGRAM + 16);
  irb.word[IRB_CCW_ADDRESS] = HOST_SINK;
  irb_translate (&irb, &translation->program);
  g_assert_cmphex (irb.word[IRB_CCW_ADDRESS], ==, 0);
}

/* Status without a program tells where the host had the last one. */
static void
test_no_program (void)
{
  struct irb_words irb = { { IRB_ALERT | IRB_PENDING, HOST_ARENA + 8 } };

  irb_translate (&irb, NULL);
  g_assert_cmphex (irb.word[IRB_CCW_ADDRESS], ==, 0);
}

static void
test_extended_addresses (void)
{
  const guint32 report = IRB_REPORT_TWO_WORDS | IRB_REPORT_SECONDARY | IRB_REPORT_FAILING;
  g_autofree Translation *translation = g_new0 (Translation, 1);
  struct irb_words irb = with_extensions (IRB_ESW_FORMAT_0 | IRB_START | ENDING, 0x00800000,
                                          report | SENSE_COUNT, 0);

  translate (translation);
  irb.word[IRB_ESW_FAILING_STORAGE] = HOST_SINK;
  irb.word[IRB_ESW_FAILING_STORAGE + 1] = HOST_SINK;
  irb.word[IRB_ESW_SECONDARY_CCW] = translation->host_program + 8;
  irb_translate (&irb, &translation->program);
  g_assert_cmphex (irb.word[IRB_ESW], ==, 0x00800000);
  g_assert_cmphex (irb.word[IRB_ESW_FAILING_STORAGE], ==, 0);
  g_assert_cmphex (irb.word[IRB_ESW_FAILING_STORAGE + 1], ==, 0);
  g_assert_cmphex (irb.word[IRB_ESW_SECONDARY_CCW], ==, GUEST_PROGRAM + 8);
  g_assert_cmphex (irb.word[IRB_ESW_REPORT], ==, IRB_REPORT_SECONDARY | SENSE_COUNT);
}

static void
test_unknown_secondary_address (void)
{
  g_autofree Translation *translation = g_new0 (Translation, 1);
  struct irb_words irb
      = with_extensions (IRB_ESW_FORMAT_0 | IRB_START | ENDING, 0, IRB_REPORT_SECONDARY, 0);

  translate (translation);
  irb.word[IRB_ESW_SECONDARY_CCW] = HOST_SINK;
  irb_translate (&irb, &translation->program);
  g_assert_cmphex (irb.word[IRB_ESW_SECONDARY_CCW], ==, 0);
  g_assert_cmphex (irb.word[IRB_ESW_REPORT], ==, 0);
}

/* Only the extended-status word of format 0 has addresses. */
static void
test_other_formats (void)
{
  struct irb_words irb = with_extensions (CONCURRENT_SENSE, 0x00800000, SENSE_COUNT, 0x5e5e5e5e);
  const struct irb_words before = irb;

  irb_translate (&irb, NULL);
  g_assert_cmpmem (&irb, sizeof irb, &before, sizeof before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat ("/irb/script/", scripts[i].name, NULL);

      g_test_add_data_func (path, &scripts[i], test_script);
    }
  g_test_add_func ("/irb/extended/sense-stays", test_sense_stays);
  g_test_add_func ("/irb/extended/new-sense-replaces", test_new_sense_replaces);
  g_test_add_func ("/irb/extended/logout-stays", test_logout_stays);
  g_test_add_func ("/irb/extended/new-logout-replaces", test_new_logout_replaces);
  g_test_add_func ("/irb/address/ccw", test_ccw_address);
  g_test_add_func ("/irb/address/no-program", test_no_program);
  g_test_add_func ("/irb/address/extended", test_extended_addresses);
  g_test_add_func ("/irb/address/unknown-secondary", test_unknown_secondary_address);
  g_test_add_func ("/irb/address/other-formats", test_other_formats);
  return g_test_run ();
}
