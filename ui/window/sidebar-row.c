/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/sidebar-row.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "ui/charts/palette.h"
#include "ui/widgets/number-format.h"
#include "ui/widgets/sparkline.h"
#include "ui/widgets/state-glyph.h"
#include "ui/window/query-state.h"

#define RATE_SPAN_US    (2500 * G_TIME_SPAN_MILLISECOND)
#define SPACING         8
#define SPARKLINE_WIDTH 40

struct _WeirSidebarRow
{
  GtkListBoxRow parent_instance;

  WeirDocument *document;
  char         *name;
  gboolean      is_source;
  GtkWidget    *glyph;
  GtkLabel     *label;
  GtkWidget    *sparkline;
  GtkLabel     *rate;
  guint64       rows_seen; /* sources: rows when last looked at */
  gint64        seen_us;
  double        rate_seen;
};

G_DEFINE_FINAL_TYPE (WeirSidebarRow, weir_sidebar_row, GTK_TYPE_LIST_BOX_ROW)

static void
show_rate (WeirSidebarRow *self,
           const char     *text,
           gboolean        is_error,
           double          rate)
{
  gtk_label_set_text (self->rate, text);
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->rate), "weir-late");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->rate), "weir-late");
  gtk_widget_set_opacity (self->sparkline, isnan (rate) ? 0 : 1);
  if (!isnan (rate))
    weir_sparkline_push (WEIR_SPARKLINE (self->sparkline), rate);
}

static void
refresh_query (WeirSidebarRow *self)
{
  WeirQuery               *query = weir_document_get_query (self->document, self->name);
  WeirGlyph                glyph = weir_query_state_glyph (self->document, self->name);
  g_autoptr (WeirProgress) progress = NULL;
  g_autofree char         *text = NULL;
  double                   rate = NAN;

  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), glyph);
  if (glyph == WEIR_GLYPH_FAILED)
    {
      show_rate (self, _ ("failed"), TRUE, NAN);
      return;
    }
  if (query != NULL && weir_query_state_is_active (query))
    progress = weir_query_get_last_progress (query);
  if (progress != NULL)
    rate = weir_progress_get_input_rate (progress);
  text = weir_rate_text (rate);
  show_rate (self, text, FALSE, rate);
}

/* What the queries that read it say of a source: rows of all of them, the worst state. */
typedef struct
{
  gboolean seen, connected, retrying, failed;
  gint64   retry_in_us;
  guint64  rows;
} SourceState;

/* A view is as well as the tables under it. */
static gboolean
is_about (WeirSidebarRow *self,
          const char     *table)
{
  const WeirStatementInfo *info = weir_document_find_source (self->document, self->name);

  if (g_ascii_strcasecmp (table, self->name) == 0)
    return TRUE;
  for (guint i = 0; info != NULL && info->kind == WEIR_STATEMENT_VIEW && info->tables != NULL && info->tables[i] != NULL; i++)
    if (g_ascii_strcasecmp (info->tables[i], table) == 0)
      return TRUE;
  return FALSE;
}

static void
look_at_query (WeirSidebarRow *self,
               WeirQuery      *query,
               SourceState    *state)
{
  g_autoptr (GPtrArray) sources = weir_query_get_sources (query);

  for (guint i = 0; i < sources->len; i++)
    {
      const WeirSourceInfo *info = sources->pdata[i];

      if (!is_about (self, info->table))
        continue;
      state->seen = TRUE;
      state->rows = MAX (state->rows, info->rows_total);
      state->connected |= g_str_equal (info->state, "connected") || g_str_equal (info->state, "ended");
      state->failed |= g_str_equal (info->state, "failed");
      if (g_str_equal (info->state, "retrying"))
        {
          state->retrying = TRUE;
          state->retry_in_us = info->retry_in_us;
        }
    }
}

/* Rows come by the batch, so a rate is taken over a span that holds several. */
static double
measure_rate (WeirSidebarRow *self,
              guint64         rows)
{
  gint64 now = g_get_monotonic_time ();

  if (self->seen_us == 0 || rows < self->rows_seen)
    self->rate_seen = NAN;
  else if (now - self->seen_us < RATE_SPAN_US)
    return self->rate_seen;
  else
    self->rate_seen = (double)(rows - self->rows_seen) * 1e6 / (double)(now - self->seen_us);
  self->rows_seen = rows;
  self->seen_us = now;
  return self->rate_seen;
}

static void
refresh_source (WeirSidebarRow *self)
{
  g_auto (GStrv)   queries = weir_document_list_queries (self->document);
  SourceState      state = { 0 };
  g_autofree char *text = NULL;
  double           rate;

  for (guint i = 0; queries[i] != NULL; i++)
    {
      WeirQuery *query = weir_document_get_query (self->document, queries[i]);

      if (weir_query_state_is_active (query))
        look_at_query (self, query, &state);
    }
  if (!state.seen)
    {
      weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), WEIR_GLYPH_STOPPED);
      self->seen_us = 0;
      show_rate (self, "", FALSE, NAN);
      return;
    }
  if (state.failed || state.retrying)
    {
      g_autofree char *wait = weir_format_duration (MAX (0, state.retry_in_us) / G_USEC_PER_SEC * G_USEC_PER_SEC);

      /* TRANSLATORS: a source is tried again in: "retry 8 s" */
      text = state.retrying && state.retry_in_us >= 0 ? g_strdup_printf (_ ("retry %s"), wait) : g_strdup (_ ("failed"));
      weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), WEIR_GLYPH_FAILED);
      self->seen_us = 0;
      show_rate (self, text, TRUE, NAN);
      return;
    }
  rate = measure_rate (self, state.rows);
  text = weir_rate_text (rate);
  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), state.connected ? WEIR_GLYPH_RUNNING : WEIR_GLYPH_WAITING);
  show_rate (self, text, FALSE, rate);
}

/* The name is worth more than the line: where both do not fit, the line gives way. */
static void
fit (WeirSidebarRow *self)
{
  GtkWidget *box = gtk_widget_get_parent (self->sparkline);
  int        needed = 0, natural;

  for (GtkWidget *child = gtk_widget_get_first_child (box); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
      needed += child == self->sparkline ? SPARKLINE_WIDTH + SPACING : natural + SPACING;
    }
  if (gtk_widget_get_width (box) > 0)
    gtk_widget_set_visible (self->sparkline, needed - SPACING <= gtk_widget_get_width (box));
}

void
weir_sidebar_row_refresh (WeirSidebarRow *self)
{
  g_return_if_fail (WEIR_IS_SIDEBAR_ROW (self));
  fit (self);
  if (self->is_source)
    refresh_source (self);
  else
    refresh_query (self);
}

const char *
weir_sidebar_row_get_name (WeirSidebarRow *self)
{
  g_return_val_if_fail (WEIR_IS_SIDEBAR_ROW (self), NULL);
  return self->name;
}

void
weir_sidebar_row_rename (WeirSidebarRow *self,
                         const char     *name)
{
  g_return_if_fail (WEIR_IS_SIDEBAR_ROW (self));
  g_free (self->name);
  self->name = g_strdup (name);
  gtk_label_set_text (self->label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), name);
}

static void
finalize (GObject *object)
{
  WeirSidebarRow *self = WEIR_SIDEBAR_ROW (object);

  g_clear_object (&self->document);
  g_free (self->name);
  G_OBJECT_CLASS (weir_sidebar_row_parent_class)->finalize (object);
}

static void
weir_sidebar_row_class_init (WeirSidebarRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
}

static void
weir_sidebar_row_init (WeirSidebarRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING);

  self->glyph = weir_state_glyph_new (WEIR_GLYPH_DRAFT);
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->label, 0);
  gtk_widget_set_hexpand (GTK_WIDGET (self->label), TRUE);
  self->sparkline = weir_sparkline_new (SPARKLINE_WIDTH, 16, 0);
  gtk_widget_set_valign (self->sparkline, GTK_ALIGN_CENTER);
  gtk_widget_set_opacity (self->sparkline, 0);
  self->rate = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_width_chars (self->rate, 8);
  gtk_label_set_xalign (self->rate, 1);
  gtk_widget_add_css_class (GTK_WIDGET (self->rate), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->rate), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self->rate), "dim-label");
  gtk_box_append (GTK_BOX (box), self->glyph);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->label));
  gtk_box_append (GTK_BOX (box), self->sparkline);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->rate));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_widget_add_css_class (GTK_WIDGET (self), "weir-sidebar-row");
}

GtkWidget *
weir_sidebar_row_new (WeirDocument *document,
                      const char   *name,
                      gboolean      is_source)
{
  WeirSidebarRow *self = g_object_new (WEIR_TYPE_SIDEBAR_ROW, NULL);

  self->document = g_object_ref (document);
  self->is_source = is_source;
  weir_sidebar_row_rename (self, name);
  weir_sidebar_row_refresh (self);
  return GTK_WIDGET (self);
}
