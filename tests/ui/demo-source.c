/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of the Add Source pages, the step cards and the editor; not run as a test. */
#include "config.h"

#include "ui/builder/steps-view.h"
#include "ui/editor/sql-editor.h"
#include "ui/source/source-dialog-private.h"
#include "ui/ui-init.h"

static const char script[] =
  "-- weir: 1\nCREATE TABLE orders USING demo OPTIONS (kind 'orders');\n\n"
  "CREATE STREAMING QUERY by_channel\n  OUTPUT MODE UPDATE\n  TRIGGER PROCESSING TIME '2 seconds'\nAS SELECT window.start, channel, count(*) AS n, avg(price) AS avg_price\n"
  "FROM STREAM orders WATERMARK ts DELAY OF INTERVAL 10 SECONDS\nWHERE price >= 100 AND channel IS NOT NULL\n"
  "GROUP BY window(ts, '10 seconds'), channel;\n\nCREATE STREAMING QUERY broken AS SELECT pricee FROM STREAM orders;\n";

static gboolean
stop_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint ms)
{
  gboolean stop = FALSE;

  g_timeout_add (ms, stop_cb, &stop);
  while (!stop)
    g_main_context_iteration (NULL, TRUE);
}

static void
save (GtkWidget  *window,
      const char *folder,
      const char *name)
{
  g_autoptr (GdkPaintable)  paintable = gtk_widget_paintable_new (window);
  g_autoptr (GtkSnapshot)   snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture)    texture = NULL;
  g_autofree char          *file = g_strdup_printf ("%s/%s.png", folder, name);

  run_for (600);
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window), gtk_widget_get_height (window));
  node = gtk_snapshot_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  gdk_texture_save_to_png (texture, file);
}

static void
shoot_dialog (const char *folder,
              const char *form,
              int         width,
              int         height)
{
  static const char *const kinds[] = { "demo", "socket", "files", "kafka", "http" };

  for (guint kind = 0; kind < WEIR_N_SOURCE_KINDS; kind++)
    {
      g_autoptr (WeirDocument) document = weir_document_new ();
      WeirSourceDialog        *dialog = weir_source_dialog_new (NULL, document, NULL);
      WeirSourceDraft         *draft = _weir_source_dialog_get_draft (dialog);
      g_autofree char         *first = g_strdup_printf ("%s-kind", form);
      g_autofree char         *second = g_strdup_printf ("%s-connect-%s", form, kinds[kind]);
      g_autofree char         *third = g_strdup_printf ("%s-schema", form);

      gtk_window_set_default_size (GTK_WINDOW (dialog), width, height);
      gtk_window_present (GTK_WINDOW (dialog));
      if (kind == 0)
        save (GTK_WIDGET (dialog), folder, first);
      _weir_source_dialog_choose (dialog, kind);
      _weir_source_dialog_next (dialog);
      weir_source_draft_set (draft, "port", kind == WEIR_SOURCE_SOCKET ? "1" : NULL);
      weir_source_draft_set (draft, "path", kind == WEIR_SOURCE_FILES ? "/nowhere/orders" : NULL);
      if (kind == WEIR_SOURCE_KAFKA)
        {
          weir_source_draft_set (draft, "kafka.bootstrap.servers", "localhost:1");
          weir_source_draft_set (draft, "kafka.security.protocol", "sasl_ssl");
        }
      if (kind == WEIR_SOURCE_HTTP)
        weir_source_draft_set (draft, "url", "http://localhost:1/events");
      _weir_source_dialog_refill (dialog);
      if (kind == WEIR_SOURCE_DEMO)
        save (GTK_WIDGET (dialog), folder, second);
      _weir_source_dialog_next (dialog);
      run_for (kind == WEIR_SOURCE_DEMO ? 300 : 1500);
      save (GTK_WIDGET (dialog), folder, kind == WEIR_SOURCE_DEMO ? third : second);
      gtk_window_destroy (GTK_WINDOW (dialog));
    }
}

static void
shoot_files (const char *folder,
             const char *form,
             int         width,
             int         height)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  WeirSourceDialog        *dialog = weir_source_dialog_new (NULL, document, NULL);
  g_autofree char         *path = g_build_filename (folder, "rows.json", NULL);
  g_autofree char         *name = g_strdup_printf ("%s-schema-files", form);

  g_file_set_contents (path,
                       "{\"dateTime\":\"2026-11-23T09:42:20.602Z\",\"auction\":1043117,\"price\":2480,\"channel\":\"Google\",\"url\":\"https://www.nexmark.com/qa/item.htm\"}\n"
                       "{\"dateTime\":\"2026-11-23T09:42:16.100Z\",\"auction\":1043118,\"price\":12.5,\"channel\":\"Baidu\",\"url\":\"https://www.nexmark.com/a\"}\n",
                       -1, NULL);
  gtk_window_set_default_size (GTK_WINDOW (dialog), width, height);
  gtk_window_present (GTK_WINDOW (dialog));
  _weir_source_dialog_choose (dialog, WEIR_SOURCE_FILES);
  _weir_source_dialog_next (dialog);
  weir_source_draft_set (_weir_source_dialog_get_draft (dialog), "path", path);
  _weir_source_dialog_refill (dialog);
  _weir_source_dialog_next (dialog);
  run_for (800);
  save (GTK_WIDGET (dialog), folder, name);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
shoot_design (const char *folder,
              const char *form,
              int         width,
              int         height)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  GtkWidget               *window = adw_window_new ();
  g_autofree char         *steps = g_strdup_printf ("%s-steps", form);
  g_autofree char         *editor = g_strdup_printf ("%s-editor", form);

  weir_document_set_text (document, script, "Demo");
  weir_document_check_now (document);
  run_for (500);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  adw_window_set_content (ADW_WINDOW (window), weir_steps_view_new (document, "by_channel"));
  gtk_window_present (GTK_WINDOW (window));
  save (window, folder, steps);
  adw_window_set_content (ADW_WINDOW (window), weir_sql_editor_new (document));
  save (window, folder, editor);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  const char *folder = argc > 1 ? argv[1] : ".";

  adw_init ();
  weir_ui_init ();
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", NULL);
  for (guint dark = 0; dark < 2; dark++)
    for (guint narrow = 0; narrow < 2; narrow++)
      {
        g_autofree char *form = g_strdup_printf ("%s%s", dark ? "dark" : "light", narrow ? "-narrow" : "");
        int              width = narrow ? 360 : 860, height = narrow ? 720 : 660;

        adw_style_manager_set_color_scheme (adw_style_manager_get_default (), dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
        shoot_dialog (folder, form, width, height);
        shoot_files (folder, form, width, height);
        shoot_design (folder, form, width, height);
      }
  return 0;
}
