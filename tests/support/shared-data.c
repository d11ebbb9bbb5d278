/* SPDX-License-Identifier: Apache-2.0 */
#include "support/shared-data.h"

char *
weir_test_shared (const char *path)
{
  const char      *folder = g_getenv ("WEIR_SHARED");
  g_autofree char *whole = folder != NULL ? g_build_filename (folder, path, NULL) : NULL;

  if (whole == NULL || !g_file_test (whole, G_FILE_TEST_EXISTS))
    {
      g_autofree char *reason = g_strdup_printf ("the reference data %s are not here", path);

      g_test_skip (reason);
      return NULL;
    }
  return g_steal_pointer (&whole);
}

const char *
weir_test_service (const char *variable)
{
  const char *address = g_getenv (variable);

  if (address == NULL || *address == '\0')
    {
      g_autofree char *reason = g_strdup_printf ("no service behind %s", variable);

      g_test_skip (reason);
      return NULL;
    }
  return address;
}
