/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/step-preview.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * A request is about the text of a check, so edits are waited for as checks wait for them. When a newer text comes while one is on its way,
 * that is cancelled and its answer not looked at; the next starts when its worker has let go, so there is never more than one.
 */

#define REFRESH_MS 1000
/* A request that took long is followed by four times as long a rest. */
#define REST_FACTOR 4

struct _WeirStepPreview
{
  GObject parent_instance;

  WeirDocument *document; /* Owned */
  char         *query;    /* Owned */
  GTimeZone    *zone;     /* Owned */
  gboolean      active, paused;

  GCancellable *cancellable; /* Owned, nullable: of the request on its way */
  char         *asked_text;  /* Owned, nullable: of the query in it */
  GArray       *asked_kinds; /* Owned, nullable: WeirCardKind */
  gint64        asked_us;
  gboolean      is_due; /* another is wanted as soon as this one is back */
  guint         timer;

  WeirPreview *preview; /* Owned, nullable */
  char        *text;    /* Owned, nullable: of the query it is of */
  GArray      *kinds;   /* Owned, nullable: of its steps */
  gboolean     is_current, has_failed;

  gboolean    has_selected;
  WeirStepKey selected;
};

enum
{
  CHANGED,
  SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirStepPreview, weir_step_preview, G_TYPE_OBJECT)

static void ask (WeirStepPreview *self);

/* ---- asking ------------------------------------------------------------------------------------------------------- */

static gboolean
refresh_cb (gpointer data)
{
  WeirStepPreview *self = data;

  self->timer = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_next (WeirStepPreview *self)
{
  gint64 took_ms = (g_get_monotonic_time () - self->asked_us) / 1000;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->active && !self->paused)
    self->timer = g_timeout_add ((guint)CLAMP (took_ms * REST_FACTOR, REFRESH_MS, 60 * REFRESH_MS), refresh_cb, self);
}

static void
set_current (WeirStepPreview *self,
             gboolean         is_current)
{
  self->is_current = is_current;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
take (WeirStepPreview *self,
      WeirPreview     *preview)
{
  g_clear_pointer (&self->preview, weir_preview_unref);
  self->preview = preview;
  g_free (self->text);
  self->text = g_steal_pointer (&self->asked_text);
  g_clear_pointer (&self->kinds, g_array_unref);
  self->kinds = g_steal_pointer (&self->asked_kinds);
  set_current (self, TRUE);
}

static void
answer_cb (GObject      *session,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (WeirStepPreview) self = data;
  g_autoptr (GError)          error = NULL;
  g_autoptr (WeirPreview)     preview = weir_session_preview_finish (WEIR_SESSION (session), result, &error);
  gboolean                    is_stale = g_cancellable_is_cancelled (self->cancellable);

  g_clear_object (&self->cancellable);
  if (self->document == NULL)
    return;
  if (!is_stale && preview != NULL)
    take (self, g_steal_pointer (&preview));
  else if (!is_stale && (self->is_current || !self->has_failed))
    {
      self->has_failed = TRUE;
      set_current (self, FALSE);
    }
  if (self->is_due)
    ask (self);
  else
    wait_for_next (self);
}

static GArray *
list_kinds (const char *text,
            WeirRange   range)
{
  g_autoptr (WeirCards) cards = weir_cards_new (text, range);
  GArray               *kinds = g_array_new (FALSE, FALSE, sizeof (WeirCardKind));

  for (guint i = 0; i < weir_cards_get_n (cards); i++)
    g_array_append_val (kinds, weir_cards_get (cards, i)->kind);
  return kinds;
}

static void
ask (WeirStepPreview *self)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, self->query);
  const char              *text = weir_document_get_checked_text (self->document);

  self->is_due = self->cancellable != NULL || !self->active;
  if (!self->active)
    return;
  if (self->is_due || info == NULL || !weir_document_get_is_checked (self->document))
    {
      if (!self->is_due)
        wait_for_next (self);
      return;
    }
  g_clear_handle_id (&self->timer, g_source_remove);
  self->cancellable = g_cancellable_new ();
  g_free (self->asked_text);
  self->asked_text = g_strndup (text + info->range.start, info->range.end - info->range.start);
  g_clear_pointer (&self->asked_kinds, g_array_unref);
  self->asked_kinds = list_kinds (text, info->range);
  self->asked_us = g_get_monotonic_time ();
  weir_session_preview_async (weir_document_get_session (self->document), text, info->range,
                              weir_document_get_needs_trust (self->document) ? WEIR_PREVIEW_NO_FILES : WEIR_PREVIEW_DEFAULT, self->cancellable, answer_cb, g_object_ref (self));
}

static void
checked_cb (WeirStepPreview *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  ask (self);
}

/* ---- what is known ------------------------------------------------------------------------------------------------ */

WeirDocument *
weir_step_preview_get_document (WeirStepPreview *self)
{
  return self->document;
}

WeirPreview *
weir_step_preview_get (WeirStepPreview *self)
{
  return self->preview;
}

gboolean
weir_step_preview_get_is_current (WeirStepPreview *self)
{
  return self->is_current;
}

int
weir_step_preview_find (WeirStepPreview   *self,
                        const WeirStepKey *key)
{
  guint nth = 0;

  for (guint i = 0; self->kinds != NULL && i < self->kinds->len; i++)
    if (g_array_index (self->kinds, WeirCardKind, i) == key->kind && nth++ == key->nth)
      return (int)i;
  /* A text that cannot be read is one SQL card, for all the cards there were. */
  if (key->kind == WEIR_CARD_SQL && !self->is_current && self->kinds != NULL)
    return (int)self->kinds->len - 1;
  return -1;
}

gint64
weir_step_preview_get_n_before (WeirStepPreview   *self,
                                const WeirStepKey *key)
{
  int step = weir_step_preview_find (self, key);

  if (step < 1 || weir_preview_get_rows (self->preview, (guint)step - 1) == NULL)
    return -1;
  return (gint64)weir_preview_get_n_rows (self->preview, (guint)step - 1);
}

/* Cards that read: where it is said that nothing was read. */
static gboolean
reads_tables (WeirStepPreview   *self,
              const WeirStepKey *key)
{
  return key->kind == WEIR_CARD_FROM || (key->kind == WEIR_CARD_SQL && weir_step_preview_find (self, key) == 0);
}

char *
weir_step_preview_dup_sentence (WeirStepPreview   *self,
                                const WeirStepKey *key)
{
  int                step = weir_step_preview_find (self, key);
  const GError      *error;
  WeirSnapshot      *rows;
  const char *const *unread;

  if (step < 0)
    return NULL;
  rows = weir_preview_get_rows (self->preview, (guint)step);
  error = weir_preview_get_error (self->preview, (guint)step);
  if (error != NULL)
    /* Translators: what is wrong with the value of a row, as a sentence */
    return g_strdup_printf (_ ("No preview. %s"), error->message);
  if (rows != NULL)
    return weir_snapshot_get_n_rows (rows) == 0 ? g_strdup (_ ("No rows come out of this step")) : NULL;
  if (weir_preview_get_n_sampled (self->preview) > 0 || !reads_tables (self, key))
    return NULL;
  unread = weir_preview_get_unread (self->preview);
  if (unread[0] != NULL)
    /* Translators: the name of a table, whose source is connected to by a run or a test only */
    return g_strdup_printf (_ ("No rows yet: “%s” is read once the query runs"), unread[0]);
  return g_strdup (_ ("No rows yet"));
}

const char *
weir_step_preview_get_text (WeirStepPreview *self)
{
  return self->text;
}

gboolean
weir_step_preview_get_has_failed (WeirStepPreview *self)
{
  return self->preview == NULL && self->has_failed;
}

/* ---- control ------------------------------------------------------------------------------------------------------ */

void
weir_step_preview_set_zone (WeirStepPreview *self,
                            GTimeZone       *zone)
{
  g_time_zone_unref (self->zone);
  self->zone = g_time_zone_ref (zone);
  g_signal_emit (self, signals[CHANGED], 0);
}

GTimeZone *
weir_step_preview_get_zone (WeirStepPreview *self)
{
  return self->zone;
}

void
weir_step_preview_set_active (WeirStepPreview *self,
                              gboolean         active)
{
  if (self->active == active)
    return;
  self->active = active;
  if (active)
    {
      if (!self->paused || self->preview == NULL || self->is_due)
        ask (self);
      return;
    }
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

void
weir_step_preview_set_paused (WeirStepPreview *self,
                              gboolean         paused)
{
  if (self->paused == paused)
    return;
  self->paused = paused;
  if (paused)
    g_clear_handle_id (&self->timer, g_source_remove);
  else
    ask (self);
}

gboolean
weir_step_preview_get_paused (WeirStepPreview *self)
{
  return self->paused;
}

void
weir_step_preview_select (WeirStepPreview   *self,
                          const WeirStepKey *key)
{
  WeirStepKey before = weir_step_preview_get_selected (self);

  self->has_selected = TRUE;
  self->selected = *key;
  if (before.kind != key->kind || before.nth != key->nth)
    g_signal_emit (self, signals[SELECTED], 0);
}

static WeirStepKey
key_of_step (WeirStepPreview *self,
             guint            step)
{
  WeirStepKey key = { g_array_index (self->kinds, WeirCardKind, step), 0 };

  for (guint i = 0; i < step; i++)
    key.nth += g_array_index (self->kinds, WeirCardKind, i) == key.kind;
  return key;
}

WeirStepKey
weir_step_preview_get_selected (WeirStepPreview *self)
{
  guint last;

  if (self->kinds == NULL || self->kinds->len == 0 || (self->has_selected && weir_step_preview_find (self, &self->selected) >= 0))
    return self->has_selected ? self->selected : (WeirStepKey){ WEIR_CARD_FROM, 0 };
  last = self->kinds->len - 1;
  if (last > 0 && g_array_index (self->kinds, WeirCardKind, last) == WEIR_CARD_OUTPUT)
    last--;
  return key_of_step (self, last);
}

void
weir_step_preview_set_query (WeirStepPreview *self,
                             const char      *query_name)
{
  if (g_strcmp0 (self->query, query_name) == 0)
    return;
  g_free (self->query);
  self->query = g_strdup (query_name);
  checked_cb (self);
}

static void
weir_step_preview_dispose (GObject *object)
{
  WeirStepPreview *self = WEIR_STEP_PREVIEW (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->document);
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->preview, weir_preview_unref);
  G_OBJECT_CLASS (weir_step_preview_parent_class)->dispose (object);
}

static void
weir_step_preview_finalize (GObject *object)
{
  WeirStepPreview *self = WEIR_STEP_PREVIEW (object);

  g_free (self->asked_text);
  g_free (self->text);
  g_clear_pointer (&self->asked_kinds, g_array_unref);
  g_clear_pointer (&self->kinds, g_array_unref);
  g_clear_object (&self->cancellable);
  g_time_zone_unref (self->zone);
  G_OBJECT_CLASS (weir_step_preview_parent_class)->finalize (object);
}

static void
weir_step_preview_class_init (WeirStepPreviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_step_preview_dispose;
  object_class->finalize = weir_step_preview_finalize;
  signals[CHANGED] = g_signal_new ("changed", WEIR_TYPE_STEP_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SELECTED] = g_signal_new ("selected", WEIR_TYPE_STEP_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_step_preview_init (WeirStepPreview *self)
{
  self->zone = g_time_zone_new_local ();
}

WeirStepPreview *
weir_step_preview_new (WeirDocument *document,
                       const char   *query_name)
{
  WeirStepPreview *self = g_object_new (WEIR_TYPE_STEP_PREVIEW, NULL);

  self->document = g_object_ref (document);
  self->query = g_strdup (query_name);
  g_signal_connect_object (document, "checked", G_CALLBACK (checked_cb), self, G_CONNECT_SWAPPED);
  return self;
}
