/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/polkit.h"

#include <gio/gunixfdlist.h>
#include <libvirt/virterror.h>

#include "nodedev/rpc-error.h"
#include "nodedev/seldom.h"

#define BUS_NAME "org.freedesktop.PolicyKit1"
#define OBJECT "/org/freedesktop/PolicyKit1/Authority"
#define INTERFACE "org.freedesktop.PolicyKit1.Authority"

/* CheckAuthorizationFlags */
#define ALLOW_USER_INTERACTION 1

typedef struct
{
  GVariant *arguments;
  GUnixFDList *fds; /* NULL: none */
  char *action;
  char *id; /* by which it can be cancelled */
  GDBusConnection *bus;
  GCancellable *cancellable;
  NodedevPolkitFunc func;
  gpointer user_data;
} Check;

static void
check_free (Check *check)
{
  g_variant_unref (check->arguments);
  g_clear_object (&check->fds);
  g_free (check->action);
  g_free (check->id);
  g_clear_object (&check->bus);
  g_clear_object (&check->cancellable);
  g_free (check);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Check, check_free)

/* --- the question --------------------------------------------------------- */

/*
 * polkit up to 123 goes by number and start time; later ones by the pidfd,
 * which older ones do not look at.
 */
static GVariant *
make_subject (const NodedevPolkitQuestion *question, GUnixFDList *fds)
{
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&details, "pid", "u", (guint32) question->process.pid);
  g_variant_dict_insert (&details, "start-time", "t", question->process.start_time);
  g_variant_dict_insert (&details, "uid", "i", (gint32) question->process.uid);
  if (fds != NULL)
    g_variant_dict_insert (&details, "pidfd", "h", 0);
  return g_variant_new ("(s@a{sv})", "unix-process", g_variant_dict_end (&details));
}

static GVariant *
make_details (const char *const *details)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("a{ss}"));

  for (; details != NULL && details[0] != NULL; details += 2)
    g_variant_builder_add (builder, "{ss}", details[0], details[1]);
  return g_variant_builder_end (builder);
}

static Check *
check_new (const NodedevPolkitQuestion *question, GCancellable *cancellable, NodedevPolkitFunc func,
           gpointer user_data)
{
  static guint last_id;
  Check *check = g_new0 (Check, 1);

  if (question->pidfd >= 0)
    {
      check->fds = g_unix_fd_list_new ();
      g_unix_fd_list_append (check->fds, question->pidfd, NULL);
    }
  check->action = g_strdup (question->action);
  check->id = g_strdup_printf ("virtccwd-%u", ++last_id);
  check->cancellable = g_object_ref (cancellable);
  check->func = func;
  check->user_data = user_data;
  check->arguments = g_variant_ref_sink (
      g_variant_new ("(@(sa{sv})s@a{ss}us)", make_subject (question, check->fds), question->action,
                     make_details (question->details),
                     question->may_interact ? ALLOW_USER_INTERACTION : 0, check->id));
  return check;
}

/* --- the answer ----------------------------------------------------------- */

/* Codes and texts of libvirt's server, by which its clients start an agent, or give up. */
static GError *
judge (const Check *check, GVariant *reply)
{
  g_autoptr (GVariant) details = NULL;
  gboolean authorized;
  gboolean challenge;
  const char *dismissed = NULL;

  g_variant_get (reply, "((bb@a{ss}))", &authorized, &challenge, &details);
  if (authorized)
    return NULL;
  g_variant_lookup (details, "polkit.dismissed", "&s", &dismissed);
  if (g_strcmp0 (dismissed, "true") == 0)
    return g_error_new_literal (NODEDEV_ERROR, VIR_ERR_AUTH_CANCELLED,
                                "user cancelled authentication process");
  if (challenge)
    return g_error_new (NODEDEV_ERROR, VIR_ERR_AUTH_UNAVAILABLE,
                        "no polkit agent available to authenticate action '%s'", check->action);
  return g_error_new_literal (NODEDEV_ERROR, VIR_ERR_AUTH_FAILED, "access denied by policy");
}

static void
on_told (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);
}

/*
 * Waits for the answer, which says nothing: without that the connection, of which
 * ours may be the last reference, could go before the message has left.
 */
static void
tell_cancelled (const Check *check)
{
  if (!g_cancellable_is_cancelled (check->cancellable) || check->bus == NULL)
    return;
  g_dbus_connection_call (check->bus, BUS_NAME, OBJECT, INTERFACE, "CancelCheckAuthorization",
                          g_variant_new ("(s)", check->id), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          -1, NULL, on_told, NULL);
}

static void
log_failure (const GError *error)
{
  static NodedevSeldom failed;
  guint others;

  if (nodedev_seldom (&failed, &others))
    g_warning ("%s (%u times more since this was last logged)", error->message, others);
}

static void
fail (Check *check, GError *reason)
{
  g_autoptr (GError) error = NULL;

  tell_cancelled (check);
  g_dbus_error_strip_remote_error (reason);
  error = g_error_new (NODEDEV_ERROR, VIR_ERR_AUTH_FAILED, "could not ask polkit: %s",
                       reason->message);
  if (!g_cancellable_is_cancelled (check->cancellable))
    log_failure (error);
  check->func (error, check->user_data);
}

static void
on_answer (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (bus), NULL, result, &reason);

  if (reply == NULL)
    {
      fail (check, reason);
      return;
    }
  refusal = judge (check, reply);
  check->func (refusal, check->user_data);
}

/* The connection that further questions take, too; NULL before the first, and when it was lost. */
static GDBusConnection *kept_bus;

static void
on_bus_closed (GDBusConnection *bus, gboolean remote_vanished, GError *error, gpointer user_data)
{
  if (bus == kept_bus)
    g_clear_object (&kept_bus);
}

/* g_bus_get() gives the same as long as anybody has it. */
static void
keep_bus (GDBusConnection *bus)
{
  if (bus == kept_bus)
    return;
  g_set_object (&kept_bus, bus);
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  g_signal_connect (bus, "closed", G_CALLBACK (on_bus_closed), NULL);
}

/* A password may take its time: the question has no limit. */
static void
on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  g_autoptr (GError) reason = NULL;
  Check *asked;

  check->bus = g_bus_get_finish (result, &reason);
  if (check->bus == NULL)
    {
      fail (check, reason);
      return;
    }
  keep_bus (check->bus);
  asked = g_steal_pointer (&check);
  g_dbus_connection_call_with_unix_fd_list (
      asked->bus, BUS_NAME, OBJECT, INTERFACE, "CheckAuthorization", asked->arguments,
      G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, asked->fds,
      asked->cancellable, on_answer, asked);
}

static gboolean
on_unknown (gpointer user_data)
{
  g_autoptr (Check) check = user_data;
  g_autoptr (GError) error = g_error_new_literal (
      NODEDEV_ERROR, VIR_ERR_AUTH_FAILED,
      "the process that connected has ended, or did not tell who it is; polkit cannot be asked");

  check->func (error, check->user_data);
  return G_SOURCE_REMOVE;
}

/*
 * polkitd would look up for itself when a process started whose start time is missing,
 * and so take another one, which has got the same number since, for it.
 */
static void
refuse_later (Check *check)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, on_unknown, check, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

void
nodedev_polkit_ask (const NodedevPolkitQuestion *question, GCancellable *cancellable,
                    NodedevPolkitFunc func, gpointer user_data)
{
  Check *check = check_new (question, cancellable, func, user_data);

  if (nodedev_process_is_known (&question->process))
    g_bus_get (G_BUS_TYPE_SYSTEM, cancellable, on_bus, check);
  else
    refuse_later (check);
}
