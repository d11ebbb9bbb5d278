/* SPDX-License-Identifier: Apache-2.0 */
#include "support/temp-dir.h"

#include <ftw.h>
#include <glib/gstdio.h>

struct _WeirTempDir
{
  char *path;
};

WeirTempDir *
weir_temp_dir_new (void)
{
  g_autoptr (GError) error = NULL;
  WeirTempDir       *self = g_new0 (WeirTempDir, 1);

  self->path = g_dir_make_tmp ("weir-test-XXXXXX", &error);
  g_assert_no_error (error);
  return self;
}

static int
remove_cb (const char        *path,
           const struct stat *info,
           int                kind,
           struct FTW        *walk)
{
  return g_remove (path);
}

void
weir_temp_dir_free (WeirTempDir *self)
{
  if (self == NULL)
    return;
  nftw (self->path, remove_cb, 16, FTW_DEPTH | FTW_PHYS);
  g_free (self->path);
  g_free (self);
}

const char *
weir_temp_dir_get_path (WeirTempDir *self)
{
  return self->path;
}

char *
weir_temp_dir_build (WeirTempDir *self,
                     const char  *name)
{
  char            *path = g_build_filename (self->path, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  return path;
}

char *
weir_temp_dir_write_bytes (WeirTempDir  *self,
                           const char   *name,
                           gconstpointer data,
                           gsize         size)
{
  g_autoptr (GError) error = NULL;
  char              *path = weir_temp_dir_build (self, name);

  g_file_set_contents_full (path, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error);
  g_assert_no_error (error);
  return path;
}

char *
weir_temp_dir_write (WeirTempDir *self,
                     const char  *name,
                     const char  *text)
{
  return weir_temp_dir_write_bytes (self, name, text, strlen (text));
}

char *
weir_temp_dir_read (WeirTempDir *self,
                    const char  *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *path = g_build_filename (self->path, name, NULL);
  char              *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}
