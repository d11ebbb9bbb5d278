/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/health/guarantee-text.h"
#include "ui/health/health-page-private.h"
#include "ui/widgets/breakpoint-bin.h"
#include "ui/widgets/number-format.h"
#include "ui/widgets/state-glyph.h"

#define N_PENDING_MAX  200
#define N_REPORTED     20
#define STATE_WIDTH    250
#define BATCHES_HEIGHT 240
/* From here on the state has room beside the batches. */
#define SIDE_WIDTH 940
#define NARROWEST  340

G_DEFINE_FINAL_TYPE (WeirHealthPage, weir_health_page, GTK_TYPE_WIDGET)

static WeirGlyph
get_glyph (WeirHealthKind kind)
{
  switch (kind)
    {
    case WEIR_HEALTH_GOOD:
      return WEIR_GLYPH_DONE;
    case WEIR_HEALTH_FAILED:
      return WEIR_GLYPH_FAILED;
    case WEIR_HEALTH_HELD:
      return WEIR_GLYPH_PAUSED;
    case WEIR_HEALTH_NOT_RUNNING:
      return WEIR_GLYPH_STOPPED;
    case WEIR_HEALTH_QUIET:
      return WEIR_GLYPH_RUNNING;
    case WEIR_HEALTH_STARTING:
    case WEIR_HEALTH_RETRYING:
    case WEIR_HEALTH_MEMORY:
    case WEIR_HEALTH_STALLED:
    case WEIR_HEALTH_BEHIND:
    default:
      return WEIR_GLYPH_WAITING;
    }
}

WeirHealthVerdict
weir_health_page_judge (WeirHealthPage *self)
{
  g_autoptr (GPtrArray) sources = NULL;
  g_autofree char      *trouble = NULL;
  gint64                retry_in_us = -1;
  WeirHealthFacts       facts;

  g_return_val_if_fail (WEIR_IS_HEALTH_PAGE (self), ((WeirHealthVerdict){ 0 }));
  sources = self->query != NULL ? weir_query_get_sources (self->query) : g_ptr_array_new ();
  if (self->query != NULL)
    trouble = weir_query_dup_trouble (self->query, &retry_in_us);
  facts = weir_health_gather (self->query, self->history, sources, trouble, retry_in_us);
  return weir_health_judge (&facts);
}

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (strcmp (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

static void
update_verdict (WeirHealthPage *self)
{
  WeirHealthVerdict verdict = weir_health_page_judge (self);

  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), get_glyph (verdict.kind));
  set_text (self->title, verdict.title);
  set_text (self->text, verdict.text);
  weir_health_verdict_clear (&verdict);
}

static void
update_state (WeirHealthPage *self)
{
  WeirProgress            *selected = weir_batch_list_get_selected (self->batches);
  g_autoptr (WeirProgress) last = selected == NULL && self->query != NULL ? weir_query_get_last_progress (self->query) : NULL;
  WeirProgress            *shown = selected != NULL ? selected : last;
  g_autofree char         *number = NULL, *caption = NULL;

  weir_state_view_set (self->state, shown);
  if (shown != NULL)
    {
      number = weir_format_number ((double)weir_progress_get_batch_id (shown), 0);
      /* TRANSLATORS: number of a micro-batch */
      caption = selected != NULL ? g_strdup_printf (weir_progress_get_is_replay (selected) ? _ ("after batch %s (replayed)") : _ ("after batch %s"), number)
                                 : g_strdup (_ ("now"));
    }
  set_text (self->state_caption, caption != NULL ? caption : "");
}

/* What a restart does; the folder is good to know when something has to be looked into. */
static void
update_restart (WeirHealthPage *self)
{
  const char       *folder = self->query != NULL ? weir_query_get_checkpoint (self->query) : NULL;
  WeirGuaranteeInfo info = { 0 };
  g_autofree char  *text = NULL;

  if (self->query != NULL)
    info = weir_query_get_guarantee (self->query);
  text = self->query != NULL && weir_query_get_is_streaming (self->query) ? weir_guarantee_text (&info, folder != NULL) : g_strdup ("");
  set_text (self->guarantee, text);
  set_text (self->checkpoint, folder != NULL ? folder : _ ("No checkpoint"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->checkpoint), folder);
  gtk_widget_set_visible (self->keep_button, self->query != NULL && folder == NULL);
}

static void
update_batches (WeirHealthPage *self)
{
  g_autofree char *count = NULL;

  weir_batch_list_add (self->batches, (WeirProgress *const *)self->pending->pdata, self->pending->len);
  g_ptr_array_set_size (self->pending, 0);
  count = weir_format_number (weir_batch_list_get_n (self->batches), 0);
  set_text (self->n_batches, count);
}

void
weir_health_page_refresh (WeirHealthPage *self)
{
  g_return_if_fail (WEIR_IS_HEALTH_PAGE (self));
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  update_verdict (self);
  update_batches (self);
  update_state (self);
  update_restart (self);
  _weir_health_page_update_cards (self);
}

static void
add_progress (WeirHealthPage *self,
              WeirProgress   *progress)
{
  weir_health_history_add (self->history, progress);
  if (self->pending->len >= N_PENDING_MAX)
    g_ptr_array_remove_index (self->pending, 0);
  g_ptr_array_add (self->pending, weir_progress_ref (progress));
}

static void
batch_cb (WeirHealthPage *self,
          WeirProgress   *progress)
{
  add_progress (self, progress);
}

void
weir_health_page_set_query (WeirHealthPage *self,
                            WeirQuery      *query)
{
  g_autoptr (GPtrArray) recent = NULL;

  g_return_if_fail (WEIR_IS_HEALTH_PAGE (self));
  if (query == self->query)
    return;
  if (self->query != NULL)
    g_signal_handlers_disconnect_by_data (self->query, self);
  g_set_object (&self->query, query);
  weir_health_history_clear (self->history);
  g_ptr_array_set_size (self->pending, 0);
  weir_batch_list_clear (self->batches);
  if (query == NULL)
    return;
  recent = weir_query_get_recent_progress (query);
  for (guint i = 0; i < recent->len; i++)
    add_progress (self, recent->pdata[i]);
  g_signal_connect_object (query, "batch", G_CALLBACK (batch_cb), self, G_CONNECT_SWAPPED);
}

void
weir_health_page_set_zone (WeirHealthPage *self,
                           GTimeZone      *zone)
{
  g_return_if_fail (WEIR_IS_HEALTH_PAGE (self));
  g_time_zone_unref (self->zone);
  self->zone = g_time_zone_ref (zone);
  for (guint i = 0; i < WEIR_N_CARDS; i++)
    weir_time_chart_set_zone (weir_health_card_get_chart (self->cards[i]), zone);
  weir_batch_list_set_zone (self->batches, zone);
}

void
weir_health_page_set_narrow (WeirHealthPage *self,
                             gboolean        narrow)
{
  GtkOrientation orientation = narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL;

  g_return_if_fail (WEIR_IS_HEALTH_PAGE (self));
  self->narrow = narrow;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->head), orientation);
  weir_batch_list_set_narrow (self->batches, narrow);
  gtk_widget_set_visible (self->step, narrow);
}

void
weir_health_page_set_range (WeirHealthPage *self,
                            WeirHealthRange range)
{
  g_return_if_fail (WEIR_IS_HEALTH_PAGE (self) && range < WEIR_HEALTH_N_RANGES);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->ranges[range]), TRUE);
}

WeirBatchList *
weir_health_page_get_batches (WeirHealthPage *self)
{
  g_return_val_if_fail (WEIR_IS_HEALTH_PAGE (self), NULL);
  return self->batches;
}

char *
weir_health_page_dup_report (WeirHealthPage *self)
{
  WeirHealthVerdict verdict;
  GString          *report = g_string_new (NULL);

  g_return_val_if_fail (WEIR_IS_HEALTH_PAGE (self), NULL);
  verdict = weir_health_page_judge (self);
  g_string_append_printf (report, "%s: %s\n", verdict.title, verdict.text);
  weir_health_verdict_clear (&verdict);
  if (self->query != NULL)
    {
      g_autofree char      *status = weir_query_status (self->query), *plan = weir_query_explain (self->query, FALSE);
      g_autoptr (GPtrArray) recent = weir_query_get_recent_progress (self->query);

      g_string_append_printf (report, "\n%s\n\n%s\n\n", status, plan);
      for (guint i = recent->len > N_REPORTED ? recent->len - N_REPORTED : 0; i < recent->len; i++)
        g_string_append_printf (report, "%s\n", weir_progress_get_json (recent->pdata[i]));
    }
  return g_string_free (report, FALSE);
}

static void
map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_health_page_parent_class)->map (widget);
  weir_health_page_refresh (WEIR_HEALTH_PAGE (widget));
}

static void
dispose (GObject *object)
{
  WeirHealthPage *self = WEIR_HEALTH_PAGE (object);

  g_clear_pointer (&self->bin, gtk_widget_unparent);
  g_clear_object (&self->query);
  g_clear_pointer (&self->pending, g_ptr_array_unref);
  g_clear_pointer (&self->history, weir_health_history_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  G_OBJECT_CLASS (weir_health_page_parent_class)->dispose (object);
}

static void
weir_health_page_class_init (WeirHealthPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->map = map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
range_cb (WeirHealthPage *self)
{
  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->ranges[i])))
      self->range = i;
  weir_health_page_refresh (self);
}

static GtkWidget *
make_ranges (WeirHealthPage *self)
{
  /* TRANSLATORS: how much of the past the charts show */
  static const char *const titles[WEIR_HEALTH_N_RANGES] = { NC_ ("range", "4 min"), NC_ ("range", "1 h"), NC_ ("range", "All") };
  GtkWidget               *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "linked");
  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    {
      self->ranges[i] = gtk_toggle_button_new_with_label (g_dpgettext2 (NULL, "range", titles[i]));
      gtk_box_append (GTK_BOX (box), self->ranges[i]);
      if (i > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->ranges[i]), GTK_TOGGLE_BUTTON (self->ranges[0]));
    }
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->ranges[0]), TRUE);
  for (guint i = 0; i < WEIR_HEALTH_N_RANGES; i++)
    g_signal_connect_swapped (self->ranges[i], "toggled", G_CALLBACK (range_cb), self);
  return box;
}

static GtkWidget *
make_button (const char *icon,
             const char *tooltip,
             const char *action,
             gboolean    toggle)
{
  GtkWidget *button = toggle ? gtk_toggle_button_new () : gtk_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static void
add_head (WeirHealthPage *self,
          GtkBox         *content)
{
  GtkWidget *verdict = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->head = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  self->glyph = weir_state_glyph_new (WEIR_GLYPH_NONE);
  self->title = GTK_LABEL (gtk_label_new (NULL));
  self->text = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (self->text), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->text), "numeric");
  gtk_label_set_wrap (self->text, TRUE);
  gtk_label_set_wrap_mode (self->text, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->text, 0);
  gtk_label_set_selectable (self->text, FALSE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->text), TRUE);
  gtk_widget_set_hexpand (verdict, TRUE);
  gtk_box_append (GTK_BOX (verdict), self->glyph);
  gtk_box_append (GTK_BOX (verdict), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (verdict), GTK_WIDGET (self->text));
  gtk_box_append (GTK_BOX (tools), make_ranges (self));
  gtk_box_append (GTK_BOX (tools), make_button ("weir-hold-symbolic", _ ("Hold: No Batch Starts by Itself"), "win.hold", TRUE));
  /* A wide window has it in its header. */
  self->step = make_button ("media-skip-forward-symbolic", _ ("Run One Batch Now"), "win.step", FALSE);
  gtk_box_append (GTK_BOX (tools), self->step);
  gtk_box_append (GTK_BOX (tools), make_button ("edit-copy-symbolic", _ ("Copy Report"), "win.copy-report", FALSE));
  gtk_widget_set_valign (tools, GTK_ALIGN_CENTER);
  gtk_box_append (self->head, verdict);
  gtk_box_append (self->head, tools);
  gtk_box_append (content, GTK_WIDGET (self->head));
}

static GtkWidget *
make_card (const char *title,
           GtkLabel  **caption,
           GtkWidget  *child)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (title);

  *caption = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (head, "weir-health-head");
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (GTK_WIDGET (*caption), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (*caption), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (*caption), "numeric");
  gtk_widget_set_overflow (card, GTK_OVERFLOW_HIDDEN);
  gtk_box_append (GTK_BOX (head), label);
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (*caption));
  gtk_box_append (GTK_BOX (card), head);
  gtk_box_append (GTK_BOX (card), child);
  return card;
}

static GtkWidget *
make_restart (WeirHealthPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *card;
  GtkLabel  *caption;

  self->checkpoint = GTK_LABEL (gtk_label_new (NULL));
  self->guarantee = GTK_LABEL (gtk_label_new (NULL));
  self->keep_button = gtk_button_new_with_label (_ ("Keep Progress"));
  gtk_label_set_ellipsize (self->checkpoint, PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (self->checkpoint, 0);
  gtk_label_set_selectable (self->checkpoint, TRUE);
  gtk_widget_set_focusable (GTK_WIDGET (self->checkpoint), FALSE);
  gtk_label_set_wrap (self->guarantee, TRUE);
  gtk_label_set_wrap_mode (self->guarantee, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (self->guarantee, 24);
  gtk_label_set_xalign (self->guarantee, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->guarantee), "dim-label");
  gtk_widget_set_halign (self->keep_button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (self->keep_button, _ ("Add a Checkpoint, so That the Next Run Goes On Where This One Ends"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->keep_button), "win.keep-progress");
  gtk_widget_add_css_class (box, "weir-state-view");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->checkpoint));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->guarantee));
  gtk_box_append (GTK_BOX (box), self->keep_button);
  card = make_card (_ ("Restart"), &caption, box);
  gtk_widget_set_visible (GTK_WIDGET (caption), FALSE);
  return card;
}

static void
add_lower (WeirHealthPage *self,
           GtkBox         *content)
{
  GtkWidget *batches, *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->lower = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12));
  self->batches = WEIR_BATCH_LIST (weir_batch_list_new ());
  self->state = WEIR_STATE_VIEW (weir_state_view_new ());
  batches = make_card (_ ("Batches"), &self->n_batches, GTK_WIDGET (self->batches));
  gtk_widget_set_hexpand (batches, TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->batches), TRUE);
  gtk_widget_set_size_request (batches, -1, BATCHES_HEIGHT);
  gtk_box_append (GTK_BOX (side), make_card (_ ("State"), &self->state_caption, GTK_WIDGET (self->state)));
  gtk_box_append (GTK_BOX (side), make_restart (self));
  gtk_widget_set_size_request (side, STATE_WIDTH, -1);
  gtk_box_append (self->lower, batches);
  gtk_box_append (self->lower, side);
  gtk_box_append (content, GTK_WIDGET (self->lower));
  g_signal_connect_swapped (self->batches, "selected", G_CALLBACK (update_state), self);
}

static void
lay_out_lower (WeirHealthPage *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->lower), weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin)) ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

static void
weir_health_page_init (WeirHealthPage *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *grid = weir_card_grid_new (3, 12, 12), *scroller = gtk_scrolled_window_new ();

  self->zone = g_time_zone_new_local ();
  self->history = weir_health_history_new ();
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_progress_unref);
  gtk_widget_add_css_class (content, "weir-health");
  add_head (self, GTK_BOX (content));
  /* Charts fill their cards, but what height there is left over goes to the list. */
  gtk_widget_set_vexpand (grid, FALSE);
  _weir_health_page_add_cards (self, WEIR_CARD_GRID (grid));
  gtk_box_append (GTK_BOX (content), grid);
  add_lower (self, GTK_BOX (content));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), content);
  self->bin = weir_breakpoint_bin_new (scroller, SIDE_WIDTH, NARROWEST);
  g_signal_connect_swapped (self->bin, "notify::narrow", G_CALLBACK (lay_out_lower), self);
  gtk_widget_set_parent (self->bin, GTK_WIDGET (self));
  lay_out_lower (self);
}

GtkWidget *
weir_health_page_new (void)
{
  return g_object_new (WEIR_TYPE_HEALTH_PAGE, NULL);
}
