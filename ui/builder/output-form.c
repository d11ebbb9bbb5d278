/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/output-form.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/health/guarantee-text.h"

enum
{
  FIELD_MODE,
  FIELD_TRIGGER,
  FIELD_SINK,
  FIELD_CHECKPOINT,
};

static void
add_modes (WeirStepForm            *form,
           const WeirCard          *card,
           const WeirStatementInfo *info)
{
  const char    *reasons[] = { info != NULL ? info->append_reason : NULL, info != NULL ? info->update_reason : NULL, info != NULL ? info->complete_reason : NULL };
  WeirStepChoice choices[] = {
    { "append", reasons[0] != NULL ? reasons[0] : _ ("Rows that are final, once"), reasons[0] != NULL },
    { "update", reasons[1] != NULL ? reasons[1] : _ ("Rows that changed"), reasons[1] != NULL },
    { "complete", reasons[2] != NULL ? reasons[2] : _ ("The whole table every time"), reasons[2] != NULL },
    { NULL },
  };

  weir_step_form_add_choices (form, _ ("_Mode"), card != NULL ? card->mode : NULL, "append", choices);
}

char *
weir_trigger_note (const char *trigger,
                   const char *waits_for)
{
  g_autofree char *end = NULL;

  if (g_strcmp0 (trigger, "continuous") == 0)
    return g_strdup (_ ("Not possible: Weir works in micro-batches. Without an interval they start at once."));
  if (g_strcmp0 (trigger, "once") != 0 && g_strcmp0 (trigger, "available now") != 0)
    return NULL;
  /* TRANSLATORS: the name of a source */
  end = waits_for != NULL ? g_strdup_printf (_ ("The end comes when %s closes the connection."), waits_for) : NULL;
  return g_strjoin (" ", g_str_equal (trigger, "once") ? _ ("One batch of all there is, without limits, then the end. Deprecated in Spark.") : _ ("All there is in batches, then the end."),
                    end, NULL);
}

static void
add_triggers (WeirStepForm            *form,
              const WeirCard          *card,
              const WeirStatementInfo *info)
{
  const char          *waits_for = info != NULL ? info->waits_for : NULL;
  g_autofree char     *once = weir_trigger_note ("once", waits_for), *available = weir_trigger_note ("available now", waits_for);
  g_autofree char     *continuous = weir_trigger_note ("continuous", NULL);
  const WeirStepChoice choices[] = {
    { "1 second" },
    { "5 seconds" },
    { "1 minute" },
    { "available now", available },
    { "once", once },
    { "continuous", continuous, TRUE },
    { NULL },
  };

  weir_step_form_add_choices (form, _ ("_Trigger"), card != NULL ? card->trigger : NULL, _ ("as soon as rows arrive"), choices);
}

void
weir_output_form_fill (WeirStepForm            *form,
                       const WeirCard          *card,
                       const WeirStatementInfo *info)
{
  g_autofree char *proposed = weir_checkpoint_propose (info != NULL && info->name != NULL ? info->name : "query");
  const char      *checkpoint = card != NULL ? card->checkpoint : NULL;
  const char      *folders[] = { proposed, NULL };

  add_modes (form, card, info);
  add_triggers (form, card, info);
  weir_step_form_add (form, _ ("_Into"), card != NULL ? card->sink : NULL, _ ("the result table"), NULL);
  weir_step_form_add (form, _ ("_Checkpoint"), checkpoint, _ ("none"), folders);
  if (info != NULL && info->kind == WEIR_STATEMENT_STREAMING_QUERY)
    {
      g_autofree char *note = weir_guarantee_text (&info->guarantee, checkpoint != NULL);

      weir_step_form_set_note (form, note);
    }
}

char *
weir_output_form_apply (WeirStepForm *form,
                        const char   *text,
                        WeirRange     range)
{
  g_autoptr (WeirCards) before = weir_cards_new (text, range), after = NULL;
  g_autofree char      *edited = NULL;
  char                 *with_checkpoint;

  edited = weir_cards_set_output (before, weir_step_form_get (form, FIELD_MODE), weir_step_form_get (form, FIELD_TRIGGER), weir_step_form_get (form, FIELD_SINK));
  if (edited == NULL)
    return NULL;
  /* All that changed is inside the statement. */
  range.end += (guint)(strlen (edited) - strlen (text));
  after = weir_cards_new (edited, range);
  with_checkpoint = weir_cards_set_checkpoint (after, weir_step_form_get (form, FIELD_CHECKPOINT));
  /* INSERT INTO has no checkpoint of its own, nor a wrong one then. */
  if (with_checkpoint == NULL && weir_step_form_get (form, FIELD_CHECKPOINT) == NULL)
    return g_steal_pointer (&edited);
  return with_checkpoint;
}
