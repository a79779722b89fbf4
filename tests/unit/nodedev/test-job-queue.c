/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/error.h"
#include "nodedev/job-queue.h"

/* What the jobs did, in the order in which they did it. */
static GString *story;
static GThread *main_thread;
static guint n_finished;

typedef struct
{
  char name;
  gboolean refuse;
  gboolean fail;
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
  const Job *job = data;

  g_assert_true (g_thread_self () != main_thread);
  g_usleep (1000);
  g_string_append_printf (story, "w%c ", job->name);
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
  nodedev_job_queue_push (queue, &all_steps, &a);
  nodedev_job_queue_push (queue, &without_work, &b);
  nodedev_job_queue_push (queue, &all_steps, &c);
  g_assert_cmpstr (story->str, ==, "");
  wait_until_finished (3);
  assert_story ("pa wa fa pb fb pc wc fc ");
}

static void
test_errors (void)
{
  g_autoptr (NodedevJobQueue) queue = nodedev_job_queue_new ();
  Job refused = { .name = 'r', .refuse = TRUE };
  Job failed = { .name = 'f', .fail = TRUE };
  Job fine = { .name = 'o' };

  begin ();
  nodedev_job_queue_push (queue, &all_steps, &refused);
  nodedev_job_queue_push (queue, &all_steps, &failed);
  nodedev_job_queue_push (queue, &all_steps, &fine);
  wait_until_finished (3);
  assert_story ("pr fr! pf wf ff! po wo fo ");
}

/* The one under way is finished, the others end without having begun. */
static void
test_free (void)
{
  NodedevJobQueue *queue = nodedev_job_queue_new ();
  Job a = { .name = 'a' };
  Job b = { .name = 'b' };

  begin ();
  nodedev_job_queue_push (queue, &all_steps, &a);
  nodedev_job_queue_push (queue, &all_steps, &b);
  while (story->len == 0)
    g_main_context_iteration (NULL, TRUE);
  nodedev_job_queue_free (queue);
  assert_story ("pa wa fa fb! ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nodedev/job-queue/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/nodedev/job-queue/errors", test_errors);
  g_test_add_func ("/nodedev/job-queue/free", test_free);
  return g_test_run ();
}
