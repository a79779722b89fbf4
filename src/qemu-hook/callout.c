/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/callout.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/open-files.h"
#include "ccw/sysfs.h"
#include "mdev/closed.h"
#include "mdev/identity.h"
#include "mdev/start-checks.h"
#include "mdev/transition.h"

/* A request understood: @parent and @config belong together. */
typedef struct
{
  const CcwPaths *paths;
  const MdevConfig *config;
  const CcwDevId *parent;
  const char *uuid;
  const char *name; /* the parent's */
} Task;

/* --- what is meant ------------------------------------------------------------- */

static gboolean
is_subchannel (const CcwDevId *id)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (id, NULL);

  return ccw_sysfs_exists (path);
}

/* The subchannel that @text may have been meant to name, spelt otherwise or by its device. */
static gboolean
guess_parent (const char *text, CcwDevId *meant)
{
  CcwDevId id;

  if (ccw_dev_id_parse_name (text, CCW_NAME_PREFIX_CSS, &id)
      || (ccw_dev_id_parse (text, &id, NULL) && is_subchannel (&id)))
    *meant = id;
  else if ((!ccw_dev_id_parse_name (text, CCW_NAME_PREFIX_CCW, &id)
            && !ccw_dev_id_parse (text, &id, NULL))
           || !ccw_sysfs_device_subchannel (&id, meant))
    return FALSE;
  return is_subchannel (meant);
}

static void
set_parent_error (const char *text, GError **error)
{
  g_autofree char *name = NULL;
  CcwDevId meant;

  if (!guess_parent (text, &meant))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "'%s' is no subchannel of this host, and only those have mediated devices of "
                   "type '%s': name one like 0.0.0313 ('lscss' lists them)",
                   text, MDEV_TYPE_VFIO_CCW);
      return;
    }
  name = ccw_dev_id_to_string (&meant);
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "'%s' is no subchannel of this host: use '%s' if that is meant", text, name);
}

/* mdevctl and the kernel know a subchannel by one spelling alone. */
static gboolean
parse_parent (const char *text, CcwDevId *parent, GError **error)
{
  g_autofree char *name = NULL;

  if (ccw_dev_id_parse (text, parent, NULL))
    name = ccw_dev_id_to_string (parent);
  if (g_strcmp0 (name, text) == 0 && is_subchannel (parent))
    return TRUE;
  set_parent_error (text, error);
  return FALSE;
}

/* Afterwards the subchannel may have gone. */
static gboolean
find_parent (const CalloutRequest *request, CcwDevId *parent, GError **error)
{
  if (strcmp (request->event, "post") == 0)
    return ccw_dev_id_parse (request->parent, parent, error);
  return parse_parent (request->parent, parent, error);
}

/* --- each moment ---------------------------------------------------------------- */

static gboolean
check_definition (const Task *task, GError **error)
{
  return mdev_check_parent (task->parent, task->name, error);
}

/* That a note cannot be kept costs following, not the definition. */
static gboolean
note_device (const Task *task, GError **error)
{
  g_autoptr (MdevIdentity) identity = mdev_identity_renew (task->paths, task->uuid, task->parent);

  if (identity == NULL)
    return mdev_identity_forget (task->paths, task->uuid, task->parent, error);
  return mdev_identity_save (identity, task->paths, task->uuid, task->parent, error);
}

static gboolean
forget_device (const Task *task, GError **error)
{
  return mdev_identity_forget (task->paths, task->uuid, task->parent, error);
}

static gboolean
make_ready (const Task *task, GError **error)
{
  return mdev_prepare_parent (task->paths, task->config, error);
}

/* What was bound before the start stays so: it failed, and all is as before. */
static gboolean
unmake_ready (const Task *task, GError **error)
{
  return mdev_unprepare_parent (task->paths, task->uuid, task->parent, error);
}

/*
 * mdevctl asks nobody whether a guest has it, and would wait for that one in the
 * kernel. libvirt, which has mdevctl stop it, has it open itself meanwhile to keep
 * guests off.
 */
static gboolean
check_closed (const Task *task, GError **error)
{
  g_autoptr (GPtrArray) callers = ccw_list_callers ();

  return mdev_check_closed (task->uuid, callers, mdev_close_patience_ms, error);
}

static gboolean
give_back (const Task *task, GError **error)
{
  return mdev_give_back (task->paths, task->parent, error);
}

/* The moments that concern us. @state NULL: any. */
static const struct
{
  const char *event;
  const char *action;
  const char *state;
  gboolean (*run) (const Task *task, GError **error);
} moments[] = {
  { "pre", "define", NULL, check_definition },  { "pre", "modify", NULL, check_definition },
  { "post", "define", "success", note_device }, { "post", "undefine", "success", forget_device },
  { "pre", "start", NULL, make_ready },         { "post", "start", "failure", unmake_ready },
  { "pre", "stop", NULL, check_closed },        { "post", "stop", "success", give_back },
};

/* --- the answer ------------------------------------------------------------------- */

/* Only what comes before an action can keep mdevctl from it. */
static gboolean
is_about_type (const CalloutRequest *request)
{
  static const char *const actions[] = { "define", "modify", "start", NULL };

  return strcmp (request->event, "pre") == 0 && g_strv_contains (actions, request->action);
}

/*
 * Of a type that is not ours, other callouts may know; but that of a mediated
 * device on a subchannel is ours, and so is one that looks like it.
 */
static CalloutAnswer
answer_other_type (const CalloutRequest *request, GError **error)
{
  g_autoptr (MdevConfig) config = NULL;
  CcwDevId parent = { 0 };

  if (!is_about_type (request))
    return CALLOUT_NOT_OURS;
  config = mdev_config_new (request->uuid, &parent, request->type, error);
  if (config == NULL)
    return CALLOUT_REFUSED;
  if (!ccw_dev_id_parse (request->parent, &parent, NULL) || !is_subchannel (&parent))
    return CALLOUT_NOT_OURS;
  mdev_check_type (request->type, error);
  return CALLOUT_REFUSED;
}

static CalloutAnswer
answer (const CcwPaths *paths, const CalloutRequest *request,
        gboolean (*run) (const Task *task, GError **error), GError **error)
{
  CcwDevId parent;
  g_autoptr (MdevConfig) config = NULL;
  Task task = { paths, .parent = &parent, .name = request->parent };

  if (!find_parent (request, &parent, error))
    return CALLOUT_REFUSED;
  config = mdev_config_new (request->uuid, &parent, request->type, error);
  if (config == NULL)
    return CALLOUT_REFUSED;
  task.config = config;
  task.uuid = mdev_config_get_uuid (config);
  return run (&task, error) ? CALLOUT_DONE : CALLOUT_REFUSED;
}

CalloutAnswer
callout_answer (const CcwPaths *paths, const CalloutRequest *request, GError **error)
{
  if (strcmp (request->type, MDEV_TYPE_VFIO_CCW) != 0)
    return answer_other_type (request, error);
  for (gsize i = 0; i < G_N_ELEMENTS (moments); i++)
    if (strcmp (moments[i].event, request->event) == 0
        && strcmp (moments[i].action, request->action) == 0
        && (moments[i].state == NULL || strcmp (moments[i].state, request->state) == 0))
      return answer (paths, request, moments[i].run, error);
  /* Attributes, capabilities: others may have an answer; without one mdevctl does its own. */
  return CALLOUT_NOT_OURS;
}
