/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "support/free-port.h"
#include "support/shared-data.h"
#include "support/temp-dir.h"
#include "support/wait.h"
#include "ui/source/source-dialog-private.h"
#include "ui/ui-init.h"

#define ROWS                                                                       \
  "{\"moment\":\"2026-11-23T09:42:20.602Z\",\"price\":1,\"channel\":\"Google\"}\n" \
  "{\"moment\":\"2026-11-23T09:42:18.100Z\",\"price\":2,\"channel\":\"Baidu\"}\n"  \
  "{\"moment\":\"2026-11-23T09:42:22.000Z\",\"price\":3,\"channel\":\"Apple\"}\n"

static gboolean
is_done (WeirSourceDialog *dialog)
{
  WeirProbe *probe = _weir_source_dialog_get_probe (dialog);

  return probe != NULL && !weir_probe_get_is_running (probe);
}

static WeirSourceDialog *
open_dialog (WeirDocument *document,
             const char   *table)
{
  WeirSourceDialog *dialog = weir_source_dialog_new (NULL, document, table);

  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

static void
set_option (WeirSourceDialog *dialog,
            const char       *option,
            const char       *value)
{
  weir_source_draft_set (_weir_source_dialog_get_draft (dialog), option, value);
  _weir_source_dialog_refill (dialog);
}

static const WeirStage *
find_stage (WeirSourceDialog *dialog,
            const char       *id)
{
  WeirProbe *probe = _weir_source_dialog_get_probe (dialog);

  for (guint i = 0; i < weir_probe_get_n_stages (probe); i++)
    if (strcmp (weir_probe_get_stage (probe, i)->id, id) == 0)
      return weir_probe_get_stage (probe, i);
  return NULL;
}

static void
assert_accepted (WeirDocument *document)
{
  g_autofree char      *text = weir_document_dup_text (document);
  g_autoptr (WeirCheck) check = weir_check_script (text, NULL);

  for (guint i = 0; i < weir_check_get_n_problems (check); i++)
    g_error ("%s\n%s", weir_check_get_problem (check, i)->message, text);
}

static gboolean
serve_cb (GSocketService    *service,
          GSocketConnection *connection,
          GObject           *source,
          GPtrArray         *held)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  g_output_stream_write_all (out, ROWS, strlen (ROWS), NULL, NULL, NULL);
  g_ptr_array_add (held, g_object_ref (connection));
  return TRUE;
}

static gboolean
is_focused (WeirSourceDialog *dialog,
            const char       *option)
{
  for (GtkWidget *widget = gtk_window_get_focus (GTK_WINDOW (dialog)); widget != NULL; widget = gtk_widget_get_parent (widget))
    if (ADW_IS_PREFERENCES_ROW (widget))
      return g_strcmp0 (gtk_widget_get_tooltip_text (widget), option) == 0;
  return FALSE;
}

static void
close_dialog (WeirSourceDialog *dialog)
{
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_socket (void)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GPtrArray)      held = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (WeirDocument)   document = weir_document_new ();
  WeirSourceDialog          *dialog = open_dialog (document, NULL);
  guint16                    port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_autofree char           *number = g_strdup_printf ("%u", port);
  g_autofree char           *text = NULL;
  g_autofree char           *empty = NULL;
  WeirSourceDraft           *draft = _weir_source_dialog_get_draft (dialog);

  g_signal_connect (service, "incoming", G_CALLBACK (serve_cb), held);
  g_socket_service_start (service);
  _weir_source_dialog_choose (dialog, WEIR_SOURCE_SOCKET);
  _weir_source_dialog_next (dialog);
  g_assert_cmpuint (_weir_source_dialog_get_page (dialog), ==, 1);
  g_assert_true (is_focused (dialog, "host"));
  _weir_source_dialog_next (dialog); /* without a port */
  g_assert_null (_weir_source_dialog_get_probe (dialog));
  set_option (dialog, "host", "127.0.0.1");
  set_option (dialog, "port", number);
  _weir_source_dialog_next (dialog);
  wait_until (_weir_source_dialog_get_page (dialog) == 2);
  g_assert_cmpint (find_stage (dialog, "connect")->state, ==, WEIR_STAGE_OK);
  g_assert_cmpint (find_stage (dialog, "record")->state, ==, WEIR_STAGE_OK);
  g_assert_cmpstr (draft->value_format, ==, "json");
  g_assert_cmpuint (draft->columns->len, ==, 3);
  g_assert_cmpint (draft->event_time, >=, 0);
  g_assert_cmpstr (g_array_index (draft->columns, WeirDraftColumn, draft->event_time).name, ==, "moment");
  g_assert_nonnull (g_array_index (draft->columns, WeirDraftColumn, 0).example);
  g_assert_cmpuint (g_array_index (draft->columns, WeirDraftColumn, 0).n_seen, ==, 3);
  g_assert_cmpuint (g_array_index (draft->columns, WeirDraftColumn, 0).n_empty, ==, 0);
  _weir_source_dialog_next (dialog);
  text = weir_document_dup_text (document);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "CREATE TABLE socket_raw USING socket"));
  g_assert_nonnull (strstr (text, "FROM STREAM socket WATERMARK moment DELAY OF INTERVAL"));
  assert_accepted (document);
  gtk_text_buffer_undo (GTK_TEXT_BUFFER (weir_document_get_buffer (document)));
  empty = weir_document_dup_text (document);
  g_assert_cmpstr (empty, ==, "");
  g_socket_service_stop (service);
}

static void
test_refused (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  WeirSourceDialog        *dialog = open_dialog (document, NULL);
  g_autofree char         *number = g_strdup_printf ("%u", weir_test_free_port ());
  const WeirStage         *stage;

  _weir_source_dialog_choose (dialog, WEIR_SOURCE_SOCKET);
  _weir_source_dialog_next (dialog);
  set_option (dialog, "host", "127.0.0.1");
  set_option (dialog, "port", number);
  _weir_source_dialog_next (dialog);
  wait_until (is_done (dialog));
  stage = find_stage (dialog, "connect");
  g_assert_cmpint (stage->state, ==, WEIR_STAGE_FAILED);
  g_assert_nonnull (stage->detail);
  g_assert_nonnull (stage->remedy);
  g_assert_null (strstr (stage->detail, "start the server")); /* said once, by the remedy */
  g_assert_cmpuint (_weir_source_dialog_get_page (dialog), ==, 1);
  g_assert_false (_weir_source_dialog_get_can_next (dialog));
  /* The remedy is a button: it goes to the field. */
  _weir_connect_page_fix (_weir_source_dialog_get_connect_page (dialog));
  g_assert_true (is_focused (dialog, "port"));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "source.add-anyway", NULL);
  g_assert_cmpuint (_weir_source_dialog_get_page (dialog), ==, 2);
  _weir_source_dialog_next (dialog);
  assert_accepted (document);
}

static void
assert_fix (WeirSourceKind kind,
            const char    *protocol,
            WeirStage      stage,
            const char    *option,
            const char    *value,
            const char    *label)
{
  g_autoptr (WeirSourceDraft) draft = weir_source_draft_new ();
  g_autoptr (WeirStageFix)    fix = NULL;

  weir_source_draft_reset (draft, kind);
  weir_source_draft_set (draft, "kafka.security.protocol", protocol);
  fix = _weir_stage_fix_new (draft, &stage);
  g_assert_cmpstr (fix->option, ==, option);
  g_assert_cmpstr (fix->value, ==, value);
  g_assert_cmpstr (fix->label, ==, label);
}

static void
test_fixes (void)
{
  static const char mismatch[] = "The peer does not answer as a broker: security may not match, plain text against a TLS port or the other way round.";
  static const char offer[] = "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN,SCRAM-SHA-256";

  assert_fix (WEIR_SOURCE_KAFKA, "sasl_ssl", (WeirStage){ .id = "sign-in", .detail = offer }, "kafka.sasl.mechanism", "SCRAM-SHA-256", "Use SCRAM-SHA-256 and Try Again");
  assert_fix (WEIR_SOURCE_KAFKA, "sasl_ssl", (WeirStage){ .id = "sign-in", .detail = "Authentication failed" }, "kafka.sasl.password", NULL, "Edit Password");
  assert_fix (WEIR_SOURCE_KAFKA, NULL, (WeirStage){ .id = "metadata", .remedy = mismatch }, "kafka.security.protocol", "ssl", "Use TLS and Try Again");
  assert_fix (WEIR_SOURCE_KAFKA, "sasl_plaintext", (WeirStage){ .id = "sign-in", .remedy = mismatch }, "kafka.security.protocol", "sasl_ssl", "Use TLS and Try Again");
  assert_fix (WEIR_SOURCE_KAFKA, "SASL_SSL", (WeirStage){ .id = "tls", .remedy = mismatch }, "kafka.security.protocol", "sasl_plaintext", "Use No TLS and Try Again");
  assert_fix (WEIR_SOURCE_KAFKA, NULL, (WeirStage){ .id = "brokers", .detail = "b1:9093" }, NULL, NULL, "Try Again");
  assert_fix (WEIR_SOURCE_KAFKA, NULL, (WeirStage){ .id = "record" }, NULL, NULL, "Try Again");
  assert_fix (WEIR_SOURCE_KAFKA, NULL, (WeirStage){ .id = "record", .detail = "There is no topic." }, "subscribe", NULL, "Choose Topic");
  assert_fix (WEIR_SOURCE_FILES, NULL, (WeirStage){ .id = "path", .detail = "gone" }, "path", NULL, "Edit Path");
  assert_fix (WEIR_SOURCE_SOCKET, NULL, (WeirStage){ .id = "name", .detail = "unknown" }, "host", NULL, "Edit Host");
}

static void
test_files (void)
{
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *path = weir_temp_dir_write (dir, "my orders.csv", "at,price,who\n2026-11-23 09:42:20,1.5,a\nbroken\n2026-11-23 09:42:25,2,b\n");
  g_autoptr (WeirDocument) document = weir_document_new ();
  WeirSourceDialog        *dialog = open_dialog (document, NULL);
  WeirSourceDraft         *draft = _weir_source_dialog_get_draft (dialog);
  g_autofree char         *text = NULL;
  g_autofree char         *again = NULL;
  g_autofree char         *removed = NULL;

  _weir_source_dialog_choose (dialog, WEIR_SOURCE_FILES);
  _weir_source_dialog_next (dialog);
  set_option (dialog, "path", path);
  _weir_source_dialog_next (dialog);
  wait_until (_weir_source_dialog_get_page (dialog) == 2);
  g_assert_cmpstr (draft->value_format, ==, "csv");
  g_assert_true (draft->has_header);
  g_assert_cmpuint (g_array_index (draft->columns, WeirDraftColumn, 1).n_empty, ==, 1); /* of the broken line */
  g_assert_cmpuint (draft->columns->len, ==, 3);
  g_assert_cmpstr (g_array_index (draft->columns, WeirDraftColumn, 1).name, ==, "price");
  g_assert_cmpstr (g_array_index (draft->columns, WeirDraftColumn, 1).type, ==, "DOUBLE");
  g_free (draft->name);
  draft->name = g_strdup ("my_orders");
  _weir_source_dialog_next (dialog);
  text = weir_document_dup_text (document);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "USING csv"));
  g_assert_nonnull (strstr (text, "header 'true'"));
  assert_accepted (document);

  /* Read back and written again without an edit, it is the same text. */
  dialog = open_dialog (document, "my_orders");
  draft = _weir_source_dialog_get_draft (dialog);
  g_assert_cmpint (draft->kind, ==, WEIR_SOURCE_FILES);
  g_assert_cmpuint (draft->columns->len, ==, 3);
  _weir_source_dialog_next (dialog);
  wait_until (_weir_source_dialog_get_page (dialog) == 2);
  _weir_source_dialog_next (dialog);
  again = weir_document_dup_text (document);
  g_assert_cmpstr (again, ==, text);
}

static void
test_secret (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  WeirSourceDialog        *dialog = open_dialog (document, NULL);
  WeirSourceDraft         *draft = _weir_source_dialog_get_draft (dialog);
  g_autofree char         *servers = g_strdup_printf ("127.0.0.1:%u", weir_test_free_port ());
  g_autofree char         *text = NULL;

  _weir_source_dialog_choose (dialog, WEIR_SOURCE_KAFKA);
  _weir_source_dialog_next (dialog);
  set_option (dialog, "kafka.bootstrap.servers", servers);
  gtk_widget_activate_action (GTK_WIDGET (dialog), "source.add-anyway", NULL);
  g_assert_cmpuint (_weir_source_dialog_get_page (dialog), ==, 1); /* a topic is missing */
  set_option (dialog, "subscribe", "orders");
  set_option (dialog, "kafka.security.protocol", "sasl_plaintext");
  set_option (dialog, "kafka.sasl.mechanism", "PLAIN");
  set_option (dialog, "kafka.sasl.username", "alice");
  set_option (dialog, "kafka.sasl.password", "${secret:source}");
  g_hash_table_replace (draft->secrets, g_strdup ("kafka.sasl.password"), g_strdup ("not for the file"));
  _weir_source_dialog_next (dialog);
  wait_until (is_done (dialog));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "source.add-anyway", NULL);
  _weir_source_dialog_next (dialog);
  text = weir_document_dup_text (document);
  g_test_message ("%s", text);
  g_assert_null (strstr (text, "not for the file"));
  g_assert_nonnull (strstr (text, "'${secret:orders}'"));
  assert_accepted (document);
}

static void
test_kafka (void)
{
  const char              *servers = weir_test_service ("KAFKA_PLAINTEXT");
  g_autoptr (WeirDocument) document = NULL;
  WeirSourceDialog        *dialog;

  if (servers == NULL)
    return;
  document = weir_document_new ();
  dialog = open_dialog (document, NULL);
  _weir_source_dialog_choose (dialog, WEIR_SOURCE_KAFKA);
  _weir_source_dialog_next (dialog);
  set_option (dialog, "kafka.bootstrap.servers", servers);
  _weir_source_dialog_next (dialog);
  wait_until (is_done (dialog));
  g_assert_cmpint (find_stage (dialog, "connect")->state, ==, WEIR_STAGE_OK);
  g_assert_cmpint (find_stage (dialog, "metadata")->state, ==, WEIR_STAGE_OK);
  g_assert_cmpint (find_stage (dialog, "brokers")->state, ==, WEIR_STAGE_OK);
  g_assert_nonnull (weir_probe_get_topics (_weir_source_dialog_get_probe (dialog)));
  g_assert_cmpuint (_weir_source_dialog_get_page (dialog), ==, 1); /* a topic is missing */
  close_dialog (dialog);
}

/* Closed in the middle of a test, and narrow. */
static void
test_close (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  int                      minimum;

  for (guint kind = 0; kind < WEIR_N_SOURCE_KINDS; kind++)
    {
      WeirSourceDialog *dialog = open_dialog (document, NULL);

      _weir_source_dialog_choose (dialog, kind);
      gtk_widget_measure (GTK_WIDGET (dialog), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 360);
      _weir_source_dialog_next (dialog);
      _weir_source_dialog_next (dialog);
      close_dialog (dialog);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  weir_ui_init ();
  g_test_add_func ("/ui/source-dialog/socket", test_socket);
  g_test_add_func ("/ui/source-dialog/refused", test_refused);
  g_test_add_func ("/ui/source-dialog/fixes", test_fixes);
  g_test_add_func ("/ui/source-dialog/files", test_files);
  g_test_add_func ("/ui/source-dialog/secret", test_secret);
  g_test_add_func ("/ui/source-dialog/kafka", test_kafka);
  g_test_add_func ("/ui/source-dialog/close", test_close);
  return g_test_run ();
}
