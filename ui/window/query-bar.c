/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/query-bar.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/builder/output-form.h"
#include "ui/charts/palette.h"
#include "ui/widgets/breakpoint-bin.h"
#include "ui/widgets/number-format.h"
#include "ui/widgets/sparkline.h"
#include "ui/window/query-state.h"

#define RATE_SPAN_US (3 * G_USEC_PER_SEC)

/* Below this, sparklines and captions give way. */
#define COMFORTABLE_WIDTH 880
#define NARROWEST         340

/* How a clause is written, and what it is called. */
typedef struct
{
  const char *sql;
  const char *title;
  gboolean    is_refused; /* whatever the query */
} Choice;

static const Choice modes[] = {
  { "append", NC_ ("output mode", "Append") },
  { "update", NC_ ("output mode", "Update") },
  { "complete", NC_ ("output mode", "Complete") },
};

static const Choice triggers[] = {
  { NULL, NC_ ("trigger", "As Rows Come") },
  { "1 second", NC_ ("trigger", "Every Second") },
  { "2 seconds", NC_ ("trigger", "Every 2 s") },
  { "5 seconds", NC_ ("trigger", "Every 5 s") },
  { "10 seconds", NC_ ("trigger", "Every 10 s") },
  { "1 minute", NC_ ("trigger", "Every Minute") },
  { "available now", NC_ ("trigger", "What Is There") },
  { "once", NC_ ("trigger", "Once") },
  { "continuous", NC_ ("trigger", "Continuous"), TRUE },
};

struct _WeirQueryBar
{
  GtkWidget parent_instance;

  WeirDocument  *document;
  char          *name;
  GtkWidget     *bin; /* Owned: the only child */
  GtkWidget     *box;
  GtkWidget     *captions[2];
  GtkDropDown   *trigger;
  GtkDropDown   *mode;
  GtkStringList *trigger_names; /* the choices, and one that is none, as written */
  GtkWidget     *in_box, *out_box;
  GtkLabel      *in_rate, *out_rate;
  GtkWidget     *in_line, *out_line;
  GtkButton     *late, *bad;
  GtkLabel      *late_count, *bad_count;
  GPtrArray     *shown_modes, *shown_triggers; /* GtkListItem, borrowed: bound in the lists */
  guint64        rows_out;
  gint64         seen_us;
  double         rate_out;
  gboolean       quiet;
};

G_DEFINE_FINAL_TYPE (WeirQueryBar, weir_query_bar, GTK_TYPE_WIDGET)

static const char *
mode_reason (WeirQueryBar *self,
             guint         i)
{
  const WeirStatementInfo *info = self->document != NULL ? weir_document_find_query (self->document, self->name) : NULL;
  const char              *reasons[3];

  if (info == NULL)
    return NULL;
  reasons[0] = info->append_reason;
  reasons[1] = info->update_reason;
  reasons[2] = info->complete_reason;
  return i < 3 ? reasons[i] : NULL;
}

/* The OUTPUT card, which is what an edit starts from. */
static const WeirCard *
find_output (WeirCards *cards)
{
  for (guint i = 0; i < weir_cards_get_n (cards); i++)
    if (weir_cards_get (cards, i)->kind == WEIR_CARD_OUTPUT)
      return weir_cards_get (cards, i);
  return NULL;
}

static WeirCards *
get_cards (WeirQueryBar *self)
{
  const WeirStatementInfo *info;

  if (self->document == NULL)
    return NULL;
  weir_document_check_now (self->document);
  info = weir_document_find_query (self->document, self->name);
  return info != NULL ? weir_cards_new (weir_document_get_checked_text (self->document), info->range) : NULL;
}

static gboolean
edit_output (WeirQueryBar *self,
             const char   *mode,
             const char   *trigger,
             gboolean      set_mode)
{
  g_autoptr (WeirCards) cards = get_cards (self);
  const WeirCard       *output = cards != NULL ? find_output (cards) : NULL;
  g_autofree char      *text = NULL;

  if (cards == NULL || weir_document_get_read_only (self->document))
    return FALSE;
  text = weir_cards_set_output (cards, set_mode || output == NULL ? mode : output->mode, !set_mode || output == NULL ? trigger : output->trigger,
                                output != NULL ? output->sink : NULL);
  if (text == NULL)
    return FALSE;
  weir_document_replace_text (self->document, text);
  weir_document_check_now (self->document);
  g_signal_emit_by_name (self, "changed");
  return TRUE;
}

gboolean
weir_query_bar_set_mode (WeirQueryBar *self,
                         const char   *mode)
{
  g_return_val_if_fail (WEIR_IS_QUERY_BAR (self), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (modes[i].sql, mode) && mode_reason (self, i) == NULL)
      return edit_output (self, mode, NULL, TRUE);
  return FALSE;
}

static void
update_modes (WeirQueryBar            *self,
              const WeirStatementInfo *info)
{
  const char *current = info->output_mode != NULL ? info->output_mode : "append";

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_ascii_strcasecmp (current, modes[i].sql) == 0)
      gtk_drop_down_set_selected (self->mode, i);
}

/* The list is changed where it stands: this runs inside a selection, too, which a new list would pull from under the feet of the drop-down. */
static void
update_triggers (WeirQueryBar *self)
{
  g_autoptr (WeirCards) cards = get_cards (self);
  const WeirCard       *output = cards != NULL ? find_output (cards) : NULL;
  const char           *current = output != NULL ? output->trigger : NULL;
  const char           *own[] = { NULL, NULL };
  guint                 selected = G_MAXUINT, n = g_list_model_get_n_items (G_LIST_MODEL (self->trigger_names));

  for (guint i = 0; i < G_N_ELEMENTS (triggers); i++)
    if (current == NULL ? triggers[i].sql == NULL : triggers[i].sql != NULL && g_ascii_strcasecmp (current, triggers[i].sql) == 0)
      selected = i;
  own[0] = selected == G_MAXUINT ? current : NULL;
  if (n == G_N_ELEMENTS (triggers) ? own[0] != NULL : g_strcmp0 (gtk_string_list_get_string (self->trigger_names, G_N_ELEMENTS (triggers)), own[0]) != 0)
    gtk_string_list_splice (self->trigger_names, G_N_ELEMENTS (triggers), n - G_N_ELEMENTS (triggers), own);
  gtk_drop_down_set_selected (self->trigger, MIN (selected, G_N_ELEMENTS (triggers)));
}

/* A choice that is refused can be read, with the reason under it, but not chosen. */
static void
show_choice (GtkListItem *item,
             GtkDropDown *drop_down,
             const char  *note,
             gboolean     is_refused)
{
  GtkWidget *box = gtk_list_item_get_child (item), *texts = gtk_widget_get_first_child (box), *check = gtk_widget_get_last_child (box);
  GtkWidget *title = gtk_widget_get_first_child (texts), *words = gtk_widget_get_last_child (texts);

  gtk_label_set_text (GTK_LABEL (title), gtk_string_object_get_string (gtk_list_item_get_item (item)));
  gtk_label_set_text (GTK_LABEL (words), note != NULL ? note : "");
  gtk_widget_set_visible (words, note != NULL);
  gtk_widget_set_opacity (check, gtk_drop_down_get_selected (drop_down) == gtk_list_item_get_position (item));
  gtk_widget_set_sensitive (box, !is_refused);
  gtk_list_item_set_selectable (item, !is_refused);
  gtk_list_item_set_activatable (item, !is_refused);
}

static void
show_mode (WeirQueryBar *self,
           GtkListItem  *item)
{
  const char *reason = mode_reason (self, gtk_list_item_get_position (item));

  show_choice (item, self->mode, reason, reason != NULL);
}

static void
show_trigger (WeirQueryBar *self,
              GtkListItem  *item)
{
  const WeirStatementInfo *info = self->document != NULL ? weir_document_find_query (self->document, self->name) : NULL;
  guint                    i = gtk_list_item_get_position (item);
  g_autofree char         *note = NULL;

  if (i < G_N_ELEMENTS (triggers))
    note = weir_trigger_note (triggers[i].sql, info != NULL ? info->waits_for : NULL);
  show_choice (item, self->trigger, note, i < G_N_ELEMENTS (triggers) && triggers[i].is_refused);
}

/* Lists are filled before they are opened, and reasons change with the text. */
static void
refresh_choices (WeirQueryBar *self)
{
  for (guint i = 0; i < self->shown_modes->len; i++)
    show_mode (self, self->shown_modes->pdata[i]);
  for (guint i = 0; i < self->shown_triggers->len; i++)
    show_trigger (self, self->shown_triggers->pdata[i]);
}

static void
update (WeirQueryBar *self)
{
  const WeirStatementInfo *info = self->document != NULL ? weir_document_find_query (self->document, self->name) : NULL;
  gboolean                 streaming = info != NULL && info->kind == WEIR_STATEMENT_STREAMING_QUERY;
  gboolean                 editable = streaming && info->name != NULL && !weir_document_get_read_only (self->document);

  gtk_widget_set_sensitive (GTK_WIDGET (self->trigger), editable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->mode), editable);
  if (!streaming)
    return;
  self->quiet = TRUE;
  update_modes (self, info);
  update_triggers (self);
  refresh_choices (self);
  self->quiet = FALSE;
}

static void
mode_selected_cb (WeirQueryBar *self)
{
  guint i = gtk_drop_down_get_selected (self->mode);

  refresh_choices (self);
  if (self->quiet || i >= G_N_ELEMENTS (modes))
    return;
  if (mode_reason (self, i) != NULL || !edit_output (self, modes[i].sql, NULL, TRUE))
    update (self);
}

static void
trigger_selected_cb (WeirQueryBar *self)
{
  guint i = gtk_drop_down_get_selected (self->trigger);

  refresh_choices (self);
  if (self->quiet || i >= G_N_ELEMENTS (triggers))
    return;
  if (triggers[i].is_refused || !edit_output (self, NULL, triggers[i].sql, FALSE))
    update (self);
}

static void
show_rate (GtkLabel  *label,
           GtkWidget *line,
           double     rate)
{
  g_autofree char *text = isnan (rate) ? g_strdup ("–") : weir_format_number (rate, rate > 0 && rate < 10 && rate != floor (rate) ? 1 : 0);

  gtk_label_set_text (label, text);
  if (!isnan (rate))
    weir_sparkline_push (WEIR_SPARKLINE (line), rate);
}

/* Rows come by the batch, so a rate is taken over a span that holds several. */
static double
measure_output (WeirQueryBar *self,
                guint64       rows)
{
  gint64 now = g_get_monotonic_time ();

  if (self->seen_us == 0 || rows < self->rows_out)
    self->rate_out = NAN;
  else if (now - self->seen_us < RATE_SPAN_US)
    return self->rate_out;
  else
    self->rate_out = (double)(rows - self->rows_out) * 1e6 / (double)(now - self->seen_us);
  self->rows_out = rows;
  self->seen_us = now;
  return self->rate_out;
}

static void
show_count (GtkButton *button,
            GtkLabel  *label,
            guint64    count,
            gboolean   always)
{
  g_autofree char *text = weir_format_number ((double)count, 0);

  gtk_label_set_text (label, text);
  gtk_widget_set_visible (GTK_WIDGET (button), always || count > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (button), count > 0);
}

void
weir_query_bar_refresh (WeirQueryBar *self)
{
  WeirQuery               *query;
  g_autoptr (WeirProgress) progress = NULL;
  gboolean                 active;

  g_return_if_fail (WEIR_IS_QUERY_BAR (self));
  query = self->document != NULL ? weir_document_get_query (self->document, self->name) : NULL;
  active = query != NULL && weir_query_state_is_active (query);
  progress = active ? weir_query_get_last_progress (query) : NULL;
  show_rate (self->in_rate, self->in_line, progress != NULL ? weir_progress_get_input_rate (progress) : NAN);
  if (!active)
    self->seen_us = 0;
  show_rate (self->out_rate, self->out_line, active ? measure_output (self, weir_query_get_n_output_rows (query)) : NAN);
  show_count (self->late, self->late_count, query != NULL ? weir_query_get_n_late_rows (query) : 0, TRUE);
  show_count (self->bad, self->bad_count, query != NULL ? weir_query_get_n_bad_rows (query) : 0, FALSE);
}

void
weir_query_bar_set_query (WeirQueryBar *self,
                          WeirDocument *document,
                          const char   *name)
{
  g_return_if_fail (WEIR_IS_QUERY_BAR (self));
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_set_object (&self->document, document);
  g_free (self->name);
  self->name = g_strdup (name);
  g_signal_connect_object (document, "checked", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  weir_query_bar_refresh (self);
}

static void
setup_choice_cb (GtkSignalListItemFactory *factory,
                 GtkListItem              *item,
                 WeirQueryBar             *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *labels[] = { gtk_label_new (NULL), gtk_label_new (NULL) };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_xalign (GTK_LABEL (labels[i]), 0);
      gtk_box_append (GTK_BOX (texts), labels[i]);
    }
  gtk_label_set_wrap (GTK_LABEL (labels[1]), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (labels[1]), 36);
  gtk_label_set_max_width_chars (GTK_LABEL (labels[1]), 44);
  gtk_widget_add_css_class (labels[1], "caption");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("object-select-symbolic"));
  gtk_list_item_set_child (item, box);
}

static void
bind_mode_cb (GtkSignalListItemFactory *factory,
              GtkListItem              *item,
              WeirQueryBar             *self)
{
  g_ptr_array_add (self->shown_modes, item);
  show_mode (self, item);
}

static void
bind_trigger_cb (GtkSignalListItemFactory *factory,
                 GtkListItem              *item,
                 WeirQueryBar             *self)
{
  g_ptr_array_add (self->shown_triggers, item);
  show_trigger (self, item);
}

static void
unbind_choice_cb (GtkSignalListItemFactory *factory,
                  GtkListItem              *item,
                  WeirQueryBar             *self)
{
  if (self->shown_modes == NULL)
    return;
  g_ptr_array_remove (self->shown_modes, item);
  g_ptr_array_remove (self->shown_triggers, item);
}

static void
set_choices (WeirQueryBar *self,
             GtkDropDown  *drop_down,
             GCallback     bind)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_choice_cb), self, 0);
  g_signal_connect_object (factory, "bind", bind, self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_choice_cb), self, 0);
  gtk_drop_down_set_list_factory (drop_down, factory);
  g_object_unref (factory);
}

static void
dispose (GObject *object)
{
  WeirQueryBar *self = WEIR_QUERY_BAR (object);

  g_clear_pointer (&self->bin, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->shown_modes, g_ptr_array_unref);
  g_clear_pointer (&self->shown_triggers, g_ptr_array_unref);
  G_OBJECT_CLASS (weir_query_bar_parent_class)->dispose (object);
}

static void
weir_query_bar_class_init (WeirQueryBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "weirquerybar");
  g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkDropDown *
add_drop_down (WeirQueryBar *self,
               guint         i,
               const char   *title,
               GListModel   *model)
{
  GtkWidget *drop_down = gtk_drop_down_new (model, NULL);

  self->captions[i] = gtk_label_new (title);
  gtk_widget_add_css_class (self->captions[i], "caption");
  gtk_widget_add_css_class (self->captions[i], "dim-label");
  gtk_widget_add_css_class (drop_down, "flat");
  gtk_widget_add_css_class (drop_down, "weir-bar");
  gtk_widget_set_tooltip_text (drop_down, title);
  gtk_widget_set_valign (drop_down, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_box_append (GTK_BOX (self->box), self->captions[i]);
  gtk_box_append (GTK_BOX (self->box), drop_down);
  return GTK_DROP_DOWN (drop_down);
}

static GtkWidget *
add_label (GtkWidget  *box,
           const char *text,
           gboolean    strong)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, strong ? "heading" : "caption");
  if (!strong)
    gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static GtkWidget *
add_rate (WeirQueryBar *self,
          const char   *title,
          guint         slot,
          GtkLabel    **rate,
          GtkWidget   **line)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  add_label (box, title, FALSE);
  *rate = GTK_LABEL (add_label (box, "–", TRUE));
  add_label (box, _ ("rows/s"), FALSE);
  *line = weir_sparkline_new (56, 18, slot);
  gtk_widget_set_valign (*line, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), *line);
  gtk_box_append (GTK_BOX (self->box), box);
  gtk_widget_set_margin_end (box, 18);
  return box;
}

static GtkButton *
add_count (WeirQueryBar *self,
           const char   *title,
           const char   *tooltip,
           const char   *action,
           GtkLabel    **count)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  add_label (box, title, FALSE);
  *count = GTK_LABEL (add_label (box, "0", TRUE));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (self->box), button);
  return GTK_BUTTON (button);
}

/* What gives way when it gets narrow. */
static void
lay_out (WeirQueryBar *self)
{
  gboolean narrow = weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin));

  gtk_widget_set_visible (self->in_line, !narrow);
  gtk_widget_set_visible (self->out_line, !narrow);
  for (guint i = 0; i < G_N_ELEMENTS (self->captions); i++)
    gtk_widget_set_visible (self->captions[i], !narrow);
}

static void
weir_query_bar_init (WeirQueryBar *self)
{
  GtkStringList *names = gtk_string_list_new (NULL);
  GtkWidget     *space = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->shown_modes = g_ptr_array_new ();
  self->shown_triggers = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_widget_add_css_class (self->box, "weir-query-bar");
  self->bin = weir_breakpoint_bin_new (self->box, COMFORTABLE_WIDTH, NARROWEST);
  gtk_widget_set_parent (self->bin, GTK_WIDGET (self));
  self->trigger_names = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (triggers); i++)
    gtk_string_list_append (self->trigger_names, g_dpgettext2 (NULL, "trigger", triggers[i].title));
  self->trigger = add_drop_down (self, 0, _ ("Trigger"), G_LIST_MODEL (self->trigger_names));
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    gtk_string_list_append (names, g_dpgettext2 (NULL, "output mode", modes[i].title));
  self->mode = add_drop_down (self, 1, _ ("Output"), G_LIST_MODEL (names));
  gtk_widget_set_margin_start (self->captions[1], 12);
  set_choices (self, self->trigger, G_CALLBACK (bind_trigger_cb));
  set_choices (self, self->mode, G_CALLBACK (bind_mode_cb));
  gtk_widget_set_hexpand (space, TRUE);
  gtk_box_append (GTK_BOX (self->box), space);
  self->in_box = add_rate (self, _ ("In"), 0, &self->in_rate, &self->in_line);
  self->out_box = add_rate (self, _ ("Out"), 2, &self->out_rate, &self->out_line);
  self->late = add_count (self, _ ("Late"), _ ("Rows That Came Too Late"), "win.show-late", &self->late_count);
  self->bad = add_count (self, _ ("Unreadable"), _ ("Rows That Could Not Be Read"), "win.show-bad", &self->bad_count);
  g_signal_connect_swapped (self->bin, "notify::narrow", G_CALLBACK (lay_out), self);
  g_signal_connect_swapped (self->mode, "notify::selected", G_CALLBACK (mode_selected_cb), self);
  g_signal_connect_swapped (self->trigger, "notify::selected", G_CALLBACK (trigger_selected_cb), self);
}

GtkWidget *
weir_query_bar_new (void)
{
  return g_object_new (WEIR_TYPE_QUERY_BAR, NULL);
}
