/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

#include "app/application.h"
#include "engine/engine.h"

/* Clients of brokers that answer have ended by then. */
#define END_WAIT_US (2 * G_USEC_PER_SEC)

int
main (int    argc,
      char **argv)
{
  WeirApplication *application;
  const char      *locale_dir = g_getenv ("WEIR_LOCALE_DIR");
  int              exit_code;

  /* A limit on the size of files is an error of the write (EFBIG), not the end of the program. */
  signal (SIGXFSZ, SIG_IGN);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("io.github.weirapp.Weir");
  g_set_application_name ("Weir");
  application = weir_application_new ();
  exit_code = g_application_run (G_APPLICATION (application), argc, argv);
  g_object_unref (application);
  weir_wait_background (END_WAIT_US);
  return exit_code;
}
