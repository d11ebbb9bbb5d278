/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/source-dialog-private.h"

#include <glib/gi18n.h>

static const struct
{
  const char *title, *icon, *text;
} kinds[WEIR_N_SOURCE_KINDS] = {
  [WEIR_SOURCE_DEMO] = { N_ ("Demo"), "weir-demo-symbolic", N_ ("Orders, sensors or a web log, with late and broken rows; no network") },
  [WEIR_SOURCE_SOCKET] = { N_ ("Socket"), "network-server-symbolic", N_ ("Lines from a TCP socket, with or without TLS") },
  [WEIR_SOURCE_FILES] = { N_ ("Files"), "document-open-symbolic", N_ ("A growing log, or a folder in which files arrive: JSON Lines, CSV, text") },
  [WEIR_SOURCE_KAFKA] = { N_ ("Kafka"), "weir-kafka-symbolic", N_ ("Topics of a Kafka or Redpanda cluster; read only, no group commits") },
  [WEIR_SOURCE_HTTP] = { N_ ("HTTP"), "network-transmit-receive-symbolic", N_ ("Server-sent events, or an address that is asked again and again") },
};

typedef struct
{
  void (*chosen) (WeirSourceKind kind, gpointer user_data);
  gpointer   user_data;
  GtkWidget *buttons[WEIR_N_SOURCE_KINDS]; /* Borrowed */
} KindPage;

const char *
_weir_source_kind_title (WeirSourceKind kind)
{
  return _ (kinds[kind].title);
}

static void
toggled_cb (GtkToggleButton *button,
            KindPage        *page)
{
  if (gtk_toggle_button_get_active (button))
    page->chosen (GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "kind")), page->user_data);
}

static guint
chosen_kind (KindPage *page)
{
  guint kind = 0;

  while (kind + 1 < WEIR_N_SOURCE_KINDS && !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (page->buttons[kind])))
    kind++;
  return kind;
}

/* Arrows choose, as among radio buttons. */
static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                KindPage              *page)
{
  gboolean rtl = gtk_widget_get_direction (page->buttons[0]) == GTK_TEXT_DIR_RTL;
  int      step = 0, kind;

  if (keyval == GDK_KEY_Down || keyval == (rtl ? GDK_KEY_Left : GDK_KEY_Right))
    step = 1;
  else if (keyval == GDK_KEY_Up || keyval == (rtl ? GDK_KEY_Right : GDK_KEY_Left))
    step = -1;
  kind = (int)chosen_kind (page) + step;
  if (step == 0 || kind < 0 || kind >= WEIR_N_SOURCE_KINDS)
    return step != 0;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (page->buttons[kind]), TRUE);
  gtk_widget_grab_focus (page->buttons[kind]);
  return TRUE;
}

static void
map_cb (GtkWidget *box,
        KindPage  *page)
{
  gtk_widget_grab_focus (page->buttons[chosen_kind (page)]);
}

static GtkWidget *
make_label (const char *text,
            const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_widget_add_css_class (label, class);
  return label;
}

static GtkWidget *
kind_button_new (WeirSourceKind kind)
{
  GtkWidget *button = gtk_toggle_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *icon = gtk_image_new_from_icon_name (kinds[kind].icon);
  GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic"), *text = make_label (_ (kinds[kind].text), "caption");

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 32);
  gtk_widget_set_hexpand (icon, TRUE);
  gtk_widget_set_halign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (check, "weir-kind-check");
  gtk_widget_set_valign (check, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (head), icon);
  gtk_box_append (GTK_BOX (head), check);
  gtk_widget_add_css_class (text, "dim-label");
  gtk_widget_set_valign (box, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), make_label (_ (kinds[kind].title), "heading"));
  gtk_box_append (GTK_BOX (box), text);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "weir-kind");
  g_object_set_data (G_OBJECT (button), "kind", GUINT_TO_POINTER (kind));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (kinds[kind].title),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _ (kinds[kind].text), -1);
  return button;
}

GtkWidget *
_weir_kind_page_new (WeirSourceKind chosen,
                     void (*chosen_cb) (WeirSourceKind kind, gpointer user_data),
                     gpointer user_data)
{
  GtkWidget          *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *flow = gtk_flow_box_new (), *first = NULL;
  KindPage           *page = g_new0 (KindPage, 1);
  GtkEventController *keys = gtk_event_controller_key_new ();

  page->chosen = chosen_cb;
  page->user_data = user_data;
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), page);
  gtk_widget_add_controller (flow, keys);
  g_signal_connect (box, "map", G_CALLBACK (map_cb), page);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 3);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_box_append (GTK_BOX (box), make_label (_ ("Where do the rows come from?"), "title-4"));
  gtk_box_append (GTK_BOX (box), flow);
  for (guint kind = 0; kind < WEIR_N_SOURCE_KINDS; kind++)
    {
      GtkWidget *button = kind_button_new (kind), *child = gtk_flow_box_child_new ();

      page->buttons[kind] = button;
      if (first == NULL)
        first = button;
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (first));
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), kind == chosen);
      g_signal_connect (button, "toggled", G_CALLBACK (toggled_cb), page);
      gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), button);
      gtk_widget_set_focusable (child, FALSE);
      gtk_flow_box_append (GTK_FLOW_BOX (flow), child);
    }
  g_object_set_data_full (G_OBJECT (box), "page", page, g_free);
  return box;
}
