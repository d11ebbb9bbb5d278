/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/step-form.h"

#include <glib/gi18n.h>

struct _WeirStepForm
{
  GtkPopover parent_instance;
  GtkWidget *grid, *note, *sentence;
  GPtrArray *entries; /* GtkWidget, borrowed */
};

G_DEFINE_FINAL_TYPE (WeirStepForm, weir_step_form, GTK_TYPE_POPOVER)

static guint apply_signal;

static void
apply_cb (WeirStepForm *self)
{
  gtk_widget_set_visible (self->sentence, FALSE);
  g_signal_emit (self, apply_signal, 0);
}

static void
weir_step_form_finalize (GObject *object)
{
  g_ptr_array_unref (WEIR_STEP_FORM (object)->entries);
  G_OBJECT_CLASS (weir_step_form_parent_class)->finalize (object);
}

static void
weir_step_form_class_init (WeirStepFormClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_step_form_finalize;
  apply_signal = g_signal_new ("apply", WEIR_TYPE_STEP_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_step_form_init (WeirStepForm *self)
{
  self->entries = g_ptr_array_new ();
}

static GtkWidget *
make_sentence (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_visible (label, FALSE);
  return label;
}

GtkWidget *
weir_step_form_new (const char *title)
{
  WeirStepForm *self = g_object_new (WEIR_TYPE_STEP_FORM, NULL);
  GtkWidget    *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget    *heading = gtk_label_new (title);
  GtkWidget    *apply = gtk_button_new_with_mnemonic (_ ("_Apply"));

  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (apply, "suggested-action");
  gtk_widget_set_halign (apply, GTK_ALIGN_END);
  g_signal_connect_swapped (apply, "clicked", G_CALLBACK (apply_cb), self);
  self->grid = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 6);
  self->note = make_sentence ("dim-label");
  self->sentence = make_sentence ("error");
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), self->grid);
  gtk_box_append (GTK_BOX (box), self->note);
  gtk_box_append (GTK_BOX (box), self->sentence);
  gtk_box_append (GTK_BOX (box), apply);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  return GTK_WIDGET (self);
}

/* The chosen word of the list goes into the entry, and the list stands for the next choice. */
static void
chosen_cb (GtkDropDown *list,
           GParamSpec  *pspec,
           GtkEditable *entry)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (list);
  const gboolean  *refused = g_object_get_data (G_OBJECT (list), "refused");

  if (item != NULL && (refused == NULL || !refused[gtk_drop_down_get_selected (list)]))
    gtk_editable_set_text (entry, gtk_string_object_get_string (item));
}

static GtkWidget *
add_entry (WeirStepForm *self,
           const char   *label,
           const char   *value,
           const char   *hint)
{
  GtkWidget *name = gtk_label_new_with_mnemonic (label);
  GtkWidget *entry = gtk_entry_new ();
  int        row = (int)self->entries->len;

  gtk_label_set_xalign (GTK_LABEL (name), 1);
  gtk_label_set_mnemonic_widget (GTK_LABEL (name), entry);
  gtk_widget_add_css_class (name, "dim-label");
  gtk_editable_set_text (GTK_EDITABLE (entry), value != NULL ? value : "");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 22);
  gtk_widget_set_hexpand (entry, TRUE);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (apply_cb), self);
  gtk_grid_attach (GTK_GRID (self->grid), name, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), entry, 1, row, 1, 1);
  g_ptr_array_add (self->entries, entry);
  return entry;
}

static GtkWidget *
add_list (WeirStepForm      *self,
          GtkWidget         *entry,
          const char *const *choices)
{
  GtkWidget *list = gtk_drop_down_new_from_strings (choices);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (list), GTK_INVALID_LIST_POSITION);
  gtk_widget_set_tooltip_text (list, _ ("Choose"));
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (list), TRUE);
  gtk_widget_set_size_request (list, 96, -1);
  g_signal_connect_object (list, "notify::selected", G_CALLBACK (chosen_cb), entry, 0);
  gtk_grid_attach (GTK_GRID (self->grid), list, 2, (int)self->entries->len - 1, 1, 1);
  return list;
}

void
weir_step_form_add (WeirStepForm      *self,
                    const char        *label,
                    const char        *value,
                    const char        *hint,
                    const char *const *choices)
{
  GtkWidget *entry = add_entry (self, label, value, hint);

  if (choices != NULL && choices[0] != NULL)
    add_list (self, entry, choices);
}

/* What a list of choices knows beside their texts. */
typedef struct
{
  char   **notes; /* Owned; "" for none */
  gboolean refused[];
} Notes;

static void
notes_free (gpointer data)
{
  g_strfreev (((Notes *)data)->notes);
  g_free (data);
}

static void
setup_choice_cb (GtkSignalListItemFactory *factory,
                 GtkListItem              *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *labels[] = { gtk_label_new (NULL), gtk_label_new (NULL) };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_xalign (GTK_LABEL (labels[i]), 0);
      gtk_box_append (GTK_BOX (box), labels[i]);
    }
  gtk_label_set_wrap (GTK_LABEL (labels[1]), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (labels[1]), 30);
  gtk_label_set_max_width_chars (GTK_LABEL (labels[1]), 34);
  gtk_widget_add_css_class (labels[1], "caption");
  gtk_list_item_set_child (item, box);
}

static void
bind_choice_cb (GtkSignalListItemFactory *factory,
                GtkListItem              *item,
                Notes                    *notes)
{
  GtkWidget  *box = gtk_list_item_get_child (item), *text = gtk_widget_get_first_child (box), *note = gtk_widget_get_next_sibling (text);
  guint       i = gtk_list_item_get_position (item);
  const char *words = notes->notes[i];

  gtk_label_set_text (GTK_LABEL (text), gtk_string_object_get_string (gtk_list_item_get_item (item)));
  gtk_label_set_text (GTK_LABEL (note), words);
  gtk_widget_set_visible (note, words[0] != '\0');
  gtk_widget_set_sensitive (box, !notes->refused[i]);
  gtk_list_item_set_selectable (item, !notes->refused[i]);
  gtk_list_item_set_activatable (item, !notes->refused[i]);
}

void
weir_step_form_add_choices (WeirStepForm         *self,
                            const char           *label,
                            const char           *value,
                            const char           *hint,
                            const WeirStepChoice *choices)
{
  GtkWidget            *entry = add_entry (self, label, value, hint), *list;
  GtkListItemFactory   *factory = gtk_signal_list_item_factory_new ();
  GPtrArray            *words = g_ptr_array_new ();
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  guint                 n = 0;
  Notes                *notes;

  while (choices[n].text != NULL)
    n++;
  notes = g_malloc0 (sizeof (Notes) + n * sizeof (gboolean));
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (texts, (gpointer)choices[i].text);
      g_ptr_array_add (words, g_strdup (choices[i].note != NULL ? choices[i].note : ""));
      notes->refused[i] = choices[i].is_refused;
    }
  g_ptr_array_add (texts, NULL);
  g_ptr_array_add (words, NULL);
  notes->notes = (char **)g_ptr_array_free (words, FALSE);
  list = add_list (self, entry, (const char *const *)texts->pdata);
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (list), FALSE);
  g_object_set_data_full (G_OBJECT (factory), "notes", notes, notes_free);
  g_object_set_data (G_OBJECT (list), "refused", notes->refused);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_choice_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_choice_cb), notes);
  gtk_drop_down_set_list_factory (GTK_DROP_DOWN (list), factory);
  g_object_unref (factory);
}

void
weir_step_form_set_note (WeirStepForm *self,
                         const char   *note)
{
  gtk_label_set_text (GTK_LABEL (self->note), note != NULL ? note : "");
  gtk_widget_set_visible (self->note, note != NULL);
}

guint
weir_step_form_get_n (WeirStepForm *self)
{
  return self->entries->len;
}

const char *
weir_step_form_get (WeirStepForm *self,
                    guint         i)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entries->pdata[i]));

  return *text != '\0' ? text : NULL;
}

void
weir_step_form_refuse (WeirStepForm *self,
                       const char   *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence);
  gtk_widget_set_visible (self->sentence, TRUE);
}
