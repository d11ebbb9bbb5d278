/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/trust.h"

#include <string.h>

/* The oldest digest leaves first; 65 bytes each. */
#define DIGESTS_MAX 2000

static GMutex lock;

static char *
get_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "weir", "known-scripts", NULL);
}

/* One digest a line, oldest first; none when there is no such file. */
static GStrv
read_digests (void)
{
  g_autofree char *path = get_path ();
  g_autofree char *content = NULL;

  if (!g_file_get_contents (path, &content, NULL, NULL))
    return g_new0 (char *, 1);
  return g_strsplit (g_strchomp (content), "\n", -1);
}

gboolean
weir_trust_knows (const char *text,
                  gsize       length)
{
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)text, length);
  g_auto (GStrv)   digests = NULL;
  gboolean         known;

  g_mutex_lock (&lock);
  digests = read_digests ();
  known = g_strv_contains ((const char *const *)digests, digest);
  g_mutex_unlock (&lock);
  return known;
}

void
weir_trust_remember (const char *text,
                     gsize       length)
{
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)text, length);
  g_autofree char *path = get_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (GStrv)   digests = NULL;

  g_mutex_lock (&lock);
  digests = read_digests ();
  if (!g_strv_contains ((const char *const *)digests, digest))
    {
      guint               n = g_strv_length (digests), first = n >= DIGESTS_MAX ? n - DIGESTS_MAX + 1 : 0;
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError)  error = NULL;

      for (guint i = first; i < n; i++)
        if (digests[i][0] != '\0')
          g_string_append_printf (out, "%s\n", digests[i]);
      g_string_append_printf (out, "%s\n", digest);
      g_mkdir_with_parents (folder, 0700);
      if (!g_file_set_contents_full (path, out->str, (gssize)out->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        g_warning ("%s", error->message);
    }
  g_mutex_unlock (&lock);
}
