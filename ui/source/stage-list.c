/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/source-dialog-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* The engine speaks English; these are its stages and what it advises. */

static const struct
{
  const char *id, *title;
} titles[] = {
  { "name", N_ ("Name") },
  { "connect", N_ ("Connection") },
  { "tls", N_ ("TLS") },
  { "sign-in", N_ ("Sign-In") },
  { "metadata", N_ ("Topics") },
  { "brokers", N_ ("All Brokers") },
  { "record", N_ ("First Record") },
  { "path", N_ ("Path") },
  { "read", N_ ("Reading") },
};

static const char *const remedies[] = {
  N_ ("Start the server, or correct host and port."),
  N_ ("Connected, but nothing was sent within 10 s. The source can be added all the same."),
  N_ ("No answer within 10 s: a firewall may drop the packets."),
  N_ ("Enter where to connect to."),
  N_ ("Give this user permission to read it."),
  N_ ("Choose a file or a folder."),
  N_ ("Correct the path, or choose it with the button."),
  N_ ("The name is not known here: correct it, or use the address."),
  N_ ("Write servers as host:port, separated by commas."),
  N_ ("Nothing answers there: check the port, and that the broker runs."),
  N_ ("Check the CA certificate, and that the port is the broker's TLS port."),
  N_ ("User or password is wrong, or the broker expects another mechanism."),
  N_ ("Choose one of the list."),
  N_ ("The topic is empty. The source can be added all the same."),
  N_ ("Correct the property."),
  N_ ("Enter the bootstrap servers."),
  N_ ("The peer does not answer as a broker: security may not match, plain text against a TLS port or the other way round."),
  N_ ("The cluster tells clients to connect to an address that cannot be reached from here: advertised.listeners must be set right."),
  N_ ("librdkafka before 2.6.1 cannot sign in with SCRAM to Kafka 3.9.1, 4.0 and later: use a newer librdkafka, or PLAIN over TLS."),
  N_ ("The broker's certificate cannot be verified: name the CA certificate that signed it in kafka.ssl.ca.location, and connect by a name that stands in it."),
  N_ ("This is most likely a TLS port: set kafka.security.protocol to ssl or sasl_ssl."),
  N_ ("Check that a broker runs there and that its advertised addresses can be reached."),
};

static const char *
translate_title (const WeirStage *stage)
{
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (strcmp (titles[i].id, stage->id) == 0)
      return _ (titles[i].title);
  return stage->title;
}

static const char *
translate_remedy (const char *remedy)
{
  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (strcmp (remedies[i], remedy) == 0)
      return _ (remedies[i]);
  return remedy;
}

/* A record that does not come for the moment is no fault of the connection. */
static gboolean
is_in_the_way (const WeirStage *stage)
{
  return stage->state == WEIR_STAGE_FAILED && !(strcmp (stage->id, "record") == 0 && stage->detail == NULL);
}

gboolean
_weir_probe_has_failed (WeirProbe *probe)
{
  for (guint i = 0; i < weir_probe_get_n_stages (probe); i++)
    if (is_in_the_way (weir_probe_get_stage (probe, i)))
      return TRUE;
  return FALSE;
}

const WeirStage *
_weir_probe_find_failed (WeirProbe *probe)
{
  for (guint i = 0; i < weir_probe_get_n_stages (probe); i++)
    if (weir_probe_get_stage (probe, i)->state == WEIR_STAGE_FAILED)
      return weir_probe_get_stage (probe, i);
  return NULL;
}

static GtkWidget *
make_mark (const WeirStage *stage)
{
  static const struct
  {
    const char *icon, *class, *name;
  } marks[] = {
    [WEIR_STAGE_PENDING] = { "media-record-symbolic", "weir-stage-pending", N_ ("Not yet") },
    [WEIR_STAGE_RUNNING] = { NULL, NULL, NULL },
    [WEIR_STAGE_OK] = { "object-select-symbolic", "weir-good", N_ ("Passed") },
    [WEIR_STAGE_FAILED] = { "dialog-error-symbolic", "weir-late", N_ ("Failed") },
    [WEIR_STAGE_SKIPPED] = { "list-remove-symbolic", "weir-stage-pending", N_ ("Left out") },
  };
  gboolean   mild = stage->state == WEIR_STAGE_FAILED && !is_in_the_way (stage);
  GtkWidget *mark;

  if (stage->state == WEIR_STAGE_RUNNING)
    {
      mark = gtk_spinner_new ();
      gtk_spinner_start (GTK_SPINNER (mark));
      gtk_widget_set_size_request (mark, 16, 16);
      gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Running"), -1);
      return mark;
    }
  mark = gtk_image_new_from_icon_name (mild ? "dialog-warning-symbolic" : marks[stage->state].icon);
  if (stage->state == WEIR_STAGE_PENDING)
    gtk_widget_add_css_class (mark, "weir-stage-dot");
  gtk_widget_add_css_class (mark, mild ? "weir-careful" : marks[stage->state].class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (marks[stage->state].name), -1);
  return mark;
}

static char *
describe (const WeirStage *stage)
{
  const char *remedy = stage->remedy != NULL ? translate_remedy (stage->remedy) : NULL;

  if (stage->detail != NULL && remedy != NULL)
    return g_strdup_printf ("%s\n%s", stage->detail, remedy);
  if (strcmp (stage->id, "record") == 0 && stage->state == WEIR_STAGE_OK && stage->detail != NULL && g_ascii_isdigit (*stage->detail))
    {
      guint n = (guint)g_ascii_strtoull (stage->detail, NULL, 10);

      return g_strdup_printf (ngettext ("%u record", "%u records", n), n);
    }
  if (strcmp (stage->id, "path") == 0 && stage->state == WEIR_STAGE_OK && stage->detail != NULL)
    {
      guint n = (guint)g_ascii_strtoull (stage->detail, NULL, 10);

      return g_strdup_printf (ngettext ("%u file", "%u files", n), n);
    }
  return g_strdup (remedy != NULL ? remedy : (stage->detail != NULL ? stage->detail : ""));
}

static GtkWidget *
make_row (const WeirStage *stage)
{
  GtkWidget       *row = adw_action_row_new ();
  g_autofree char *text = describe (stage);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), translate_title (stage));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), make_mark (stage));
  if (stage->state == WEIR_STAGE_PENDING || stage->state == WEIR_STAGE_SKIPPED)
    gtk_widget_add_css_class (row, "weir-stage-pending");
  if (stage->us > 0 && (stage->state == WEIR_STAGE_OK || stage->state == WEIR_STAGE_FAILED))
    {
      /* TRANSLATORS: how long a stage of the connection test took, in milliseconds */
      g_autofree char *took = g_strdup_printf (_ ("%u ms"), (guint)((stage->us + 999) / 1000));
      GtkWidget       *time = gtk_label_new (took);

      gtk_widget_add_css_class (time, "caption");
      gtk_widget_add_css_class (time, "numeric");
      gtk_widget_add_css_class (time, "dim-label");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), time);
    }
  return row;
}

GtkWidget *
_weir_stage_list_new (void)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Connection Test"), -1);
  return list;
}

void
_weir_stage_list_show (GtkWidget *list,
                       WeirProbe *probe)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (list), row);
  for (guint i = 0; probe != NULL && i < weir_probe_get_n_stages (probe); i++)
    gtk_list_box_append (GTK_LIST_BOX (list), make_row (weir_probe_get_stage (probe, i)));
}
