/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "app/application.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (WeirApplication) application = NULL;
  const char                 *locale_dir = g_getenv ("WEIR_LOCALE_DIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("io.github.weirapp.Weir");
  g_set_application_name ("Weir");
  application = weir_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
