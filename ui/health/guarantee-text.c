/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/guarantee-text.h"

#include <glib/gi18n-lib.h>

static char *
exactly_once_text (const WeirGuaranteeInfo *info)
{
  if (g_strcmp0 (info->sink_format, "kafka") == 0)
    return g_strdup (_ ("Exactly once, for readers that read committed rows only."));
  if (g_strcmp0 (info->sink_format, "json") == 0 || g_strcmp0 (info->sink_format, "csv") == 0)
    /* TRANSLATORS: name of a table whose rows are files */
    return g_strdup_printf (_ ("Exactly once, for readers of the list of files that %s keeps."), info->sink);
  return g_strdup (_ ("Exactly once: no row is lost, and none is written twice."));
}

char *
weir_guarantee_text (const WeirGuaranteeInfo *info,
                     gboolean                 has_checkpoint)
{
  if (!has_checkpoint && info->sink == NULL)
    return g_strdup (_ ("Nothing is kept: the next run begins anew."));
  if (!has_checkpoint)
    /* TRANSLATORS: name of a table that rows go into */
    return g_strdup_printf (_ ("Nothing is kept: the next run begins anew and may write rows into %s that are there already."), info->sink);
  switch (info->guarantee)
    {
    case WEIR_GUARANTEE_AT_MOST_ONCE:
      /* TRANSLATORS: name of a source */
      return g_strdup_printf (_ ("At most once: %s cannot be read again. Rows that were not processed when the query ended are lost."), info->source);
    case WEIR_GUARANTEE_LOGGED:
      /* TRANSLATORS: name of a source */
      return g_strdup_printf (_ ("Exactly once from when a row of %s is logged; rows still on their way at a crash must be sent again."), info->source);
    case WEIR_GUARANTEE_AT_LEAST_ONCE:
      if (info->sink == NULL)
        return g_strdup (_ ("The next run goes on where this one ended; the table shows what changes from then on."));
      /* TRANSLATORS: name of a table that rows go into */
      return g_strdup_printf (_ ("At least once: rows of a batch that was interrupted can appear in %s twice."), info->sink);
    case WEIR_GUARANTEE_EXACTLY_ONCE:
    default:
      return exactly_once_text (info);
    }
}

char *
weir_checkpoint_propose (const char *query)
{
  g_autofree char *safe = g_strdup (query), *folder = NULL;
  g_autofree char *id = g_uuid_string_random ();

  g_strcanon (safe, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-", '_');
  id[8] = '\0';
  folder = g_strdup_printf ("%s-%s", safe, id);
  return g_build_filename (g_get_user_state_dir (), "weir", "checkpoints", folder, NULL);
}
