/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdatomic.h>
#include <string.h>

#include "ccw/error.h"
#include "nodedev/job-queue.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* What the jobs did in the main context, in the order in which they did it. */
static GString *story;
static GThread *main_thread;
static guint n_finished;

typedef struct
{
  char name;
  gboolean refuse;
  gboolean fail;
  atomic_bool is_held; /* its work does not end until it is let go */
} Job;

static gboolean
set_error (GError **error)
{
  g_set_error_literal (error, CCW_ERROR, CCW_ERROR_STATE, "no");
  return FALSE;
}

static gboolean
prepare (gpointer data, GError **error)
{
  const Job *job = data;

  g_assert_true (g_thread_self () == main_thread);
  g_string_append_printf (story, "p%c ", job->name);
  return !job->refuse || set_error (error);
}

static gboolean
work (gpointer data, GError **error)
{
  Job *job = data;

  g_assert_true (g_thread_self () != main_thread);
  do
    g_usleep (100);
  while (atomic_load (&job->is_held));
  return !job->fail || set_error (error);
}

static void
finish (gpointer data, const GError *error)
{
  const Job *job = data;

  g_assert_true (g_thread_self () == main_thread);
  g_string_append_printf (story, "f%c%s ", job->name, error == NULL ? "" : "!");
  n_finished++;
}

static const NodedevJobFuncs all_steps = { prepare, work, finish };
static const NodedevJobFuncs without_work = { prepare, NULL, finish };

static void
begin (void)
{
  story = g_string_new (NULL);
  main_thread = g_thread_self ();
  n_finished = 0;
}

static void
wait_until_finished (guint n)
{
  while (n_finished < n)
    g_main_context_iteration (NULL, TRUE);
}

/* Until nothing more happens by itself, but for the work that goes on. */
static void
let_all_begin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
assert_story (const char *expected)
{
  g_assert_cmpstr (story->str, ==, expected);
  g_string_free (story, TRUE);
}

static void
test_one_after_the_other (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  Job a = { .name = 'a' };
  Job b = { .name = 'b' };
  Job c = { .name = 'c' };

  begin ();
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &a);
  nodedev_job_queue_push (queue, LIST ("s"), &without_work, &b);
  nodedev_job_queue_push (queue, LIST ("s", "s"), &all_steps, &c);
  g_assert_cmpstr (story->str, ==, "");
  g_assert_cmpuint (nodedev_job_queue_count (queue, "s"), ==, 3);
  g_assert_cmpuint (nodedev_job_queue_count (queue, "t"), ==, 0);
  wait_until_finished (3);
  g_assert_cmpuint (nodedev_job_queue_count (queue, "s"), ==, 0);
  assert_story ("pa fa pb fb pc fc ");
}

/* One that hangs holds up those on its own subject alone. */
static void
test_hanging (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  Job hanging = { .name = 'h', .is_held = TRUE };
  Job behind = { .name = 'b' };
  Job other = { .name = 'o' };
  Job none = { .name = 'n' };

  begin ();
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &hanging);
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &behind);
  nodedev_job_queue_push (queue, LIST ("t"), &all_steps, &other);
  wait_until_finished (1);
  nodedev_job_queue_push (queue, (const char *const[]){ NULL }, &all_steps, &none);
  wait_until_finished (2);
  atomic_store (&hanging.is_held, FALSE);
  wait_until_finished (4);
  assert_story ("ph po fo pn fn fh pb fb ");
}

/* One on two subjects waits for both, and in the meantime keeps its place in each. */
static void
test_several_subjects (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  Job a = { .name = 'a', .is_held = TRUE };
  Job both = { .name = 'b' };
  Job c = { .name = 'c' };
  Job d = { .name = 'd' };

  begin ();
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &a);
  nodedev_job_queue_push (queue, LIST ("t", "s"), &without_work, &both);
  nodedev_job_queue_push (queue, LIST ("t"), &all_steps, &c);
  nodedev_job_queue_push (queue, LIST ("u"), &all_steps, &d);
  wait_until_finished (1);
  let_all_begin ();
  g_assert_cmpstr (story->str, ==, "pa pd fd ");
  atomic_store (&a.is_held, FALSE);
  wait_until_finished (4);
  assert_story ("pa pd fd fa pb fb pc fc ");
}

static void
test_errors (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  Job refused = { .name = 'r', .refuse = TRUE };
  Job failed = { .name = 'f', .fail = TRUE };
  Job fine = { .name = 'o' };

  begin ();
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &refused);
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &failed);
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &fine);
  wait_until_finished (3);
  assert_story ("pr fr! pf ff! po fo ");
}

/* --- many ----------------------------------------------------------------- */

/* More than there are threads for: the rest waits, but for those that need none. */
static void
test_threads_max (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  Job jobs[NODEDEV_JOB_QUEUE_THREADS_MAX + 1];
  Job last = { .name = 'l' };

  begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_autofree char *subject = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

      jobs[i] = (Job){ .name = 'j', .is_held = TRUE };
      nodedev_job_queue_push (queue, LIST (subject), &all_steps, &jobs[i]);
    }
  nodedev_job_queue_push (queue, LIST ("l"), &without_work, &last);
  wait_until_finished (1);
  let_all_begin ();
  g_assert_cmpuint (story->len, ==, 3 * NODEDEV_JOB_QUEUE_THREADS_MAX + strlen ("pl fl "));
  atomic_store (&jobs[0].is_held, FALSE);
  wait_until_finished (2);
  let_all_begin ();
  g_assert_true (g_str_has_suffix (story->str, "fj pj "));
  for (gsize i = 1; i < G_N_ELEMENTS (jobs); i++)
    atomic_store (&jobs[i].is_held, FALSE);
  wait_until_finished (G_N_ELEMENTS (jobs) + 1);
  g_string_free (story, TRUE);
}

#define N_SUBJECTS 7
#define N_RANDOM_JOBS 2000

/* Of each subject: who works on it, and who was the last that did. */
static atomic_int n_at_work[N_SUBJECTS];
static guint last_job[N_SUBJECTS];

typedef struct
{
  guint number;
  guint mask; /* of its subjects */
  guint pause;
} RandomJob;

static gboolean
prepare_random (gpointer data, GError **error)
{
  const RandomJob *job = data;

  for (guint i = 0; i < N_SUBJECTS; i++)
    if (job->mask >> i & 1)
      {
        g_assert_cmpint (atomic_fetch_add (&n_at_work[i], 1), ==, 0);
        g_assert_cmpuint (last_job[i], <, job->number);
        last_job[i] = job->number;
      }
  return TRUE;
}

static gboolean
work_random (gpointer data, GError **error)
{
  g_usleep (((const RandomJob *) data)->pause);
  return TRUE;
}

static void
finish_random (gpointer data, const GError *error)
{
  const RandomJob *job = data;

  g_assert_no_error (error);
  for (guint i = 0; i < N_SUBJECTS; i++)
    if (job->mask >> i & 1)
      atomic_fetch_sub (&n_at_work[i], 1);
  n_finished++;
}

static void
push_random (NodedevJobQueue *queue, RandomJob *job)
{
  static const NodedevJobFuncs funcs = { prepare_random, work_random, finish_random };
  static const NodedevJobFuncs quick_funcs = { prepare_random, NULL, finish_random };
  static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
  const char *subjects[N_SUBJECTS + 1] = { NULL };
  guint n = 0;

  for (guint i = 0; i < N_SUBJECTS; i++)
    if (job->mask >> i & 1)
      subjects[n++] = names[i];
  nodedev_job_queue_push (queue, subjects, job->pause == 0 ? &quick_funcs : &funcs, job);
}

/* Whatever subjects they have: each subject has one job at a time, in order, and all end. */
static void
test_random (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  g_autofree RandomJob *jobs = g_new0 (RandomJob, N_RANDOM_JOBS);

  n_finished = 0;
  for (guint i = 0; i < N_RANDOM_JOBS; i++)
    {
      guint both = (guint) g_test_rand_int () & (guint) g_test_rand_int ();

      jobs[i].number = i + 1;
      jobs[i].mask = both & ((1u << N_SUBJECTS) - 1);
      jobs[i].pause = (guint) g_test_rand_int_range (0, 4) * 50;
      push_random (queue, &jobs[i]);
      if (g_test_rand_bit ())
        g_main_context_iteration (NULL, FALSE);
    }
  wait_until_finished (N_RANDOM_JOBS);
}

/* --- the end -------------------------------------------------------------- */

/* The one under way is finished, the others end without having begun. */
static void
test_free (void)
{
  NodedevJobQueue *queue = nodedev_job_queue_new ();
  Job a = { .name = 'a' };
  Job b = { .name = 'b' };
  Job c = { .name = 'c' };

  begin ();
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &a);
  nodedev_job_queue_push (queue, LIST ("s", "t"), &all_steps, &b);
  nodedev_job_queue_push (queue, LIST ("t"), &all_steps, &c);
  while (story->len == 0)
    g_main_context_iteration (NULL, TRUE);
  nodedev_job_queue_free (queue);
  assert_story ("pa fa fb! fc! ");
}

/* One that hangs does not hold up the end, and is not taken for finished. */
static void
test_end_while_hanging (void)
{
  NodedevJobQueue *queue = nodedev_job_queue_new ();
  guint patience = nodedev_job_queue_end_patience_ms;
  Job hanging = { .name = 'h', .is_held = TRUE };
  Job behind = { .name = 'b' };
  Job other = { .name = 'o' };

  begin ();
  nodedev_job_queue_end_patience_ms = 1;
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &hanging);
  nodedev_job_queue_push (queue, LIST ("s"), &all_steps, &behind);
  while (story->len == 0)
    g_main_context_iteration (NULL, TRUE);
  nodedev_job_queue_push (queue, LIST ("t"), &all_steps, &other);
  g_assert_false (nodedev_job_queue_end (queue));
  g_assert_cmpstr (story->str, ==, "ph fo! ");
  nodedev_job_queue_end_patience_ms = patience;
  atomic_store (&hanging.is_held, FALSE);
  g_assert_true (nodedev_job_queue_end (queue));
  nodedev_job_queue_free (queue);
  assert_story ("ph fo! fh fb! ");
}

static void
test_slow (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  guint slow = nodedev_job_queue_slow_ms;
  Job hanging = { .name = 'h', .is_held = TRUE };

  begin ();
  nodedev_job_queue_slow_ms = 1;
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "a change of 0.0.0313 *");
  nodedev_job_queue_push (queue, LIST ("0.0.0313"), &all_steps, &hanging);
  g_main_context_iteration (NULL, TRUE);
  g_usleep (2000);
  g_main_context_iteration (NULL, TRUE);
  g_test_assert_expected_messages ();
  nodedev_job_queue_slow_ms = slow;
  atomic_store (&hanging.is_held, FALSE);
  wait_until_finished (1);
  assert_story ("ph fh ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/job-queue/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/nodedev/job-queue/hanging", test_hanging);
  g_test_add_func ("/nodedev/job-queue/several-subjects", test_several_subjects);
  g_test_add_func ("/nodedev/job-queue/errors", test_errors);
  g_test_add_func ("/nodedev/job-queue/threads-max", test_threads_max);
  g_test_add_func ("/nodedev/job-queue/random", test_random);
  g_test_add_func ("/nodedev/job-queue/free", test_free);
  g_test_add_func ("/nodedev/job-queue/end-while-hanging", test_end_while_hanging);
  g_test_add_func ("/nodedev/job-queue/slow", test_slow);
  return g_test_run ();
}
