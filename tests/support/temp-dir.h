/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* A folder of a test's own, gone with everything in it when the variable goes out of scope:
 *
 *   g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
 *   g_autofree char *path = weir_temp_dir_write (dir, "in/a.csv", "1,2\n");
 *
 * Any failure of the file system ends the test. */
typedef struct _WeirTempDir WeirTempDir;

WeirTempDir *weir_temp_dir_new (void);
void         weir_temp_dir_free (WeirTempDir *self);

const char *weir_temp_dir_get_path (WeirTempDir *self);

/**
 * weir_temp_dir_build:
 * @name: a relative path; its folders are created
 *
 * Returns: (transfer full): the absolute path of @name below the folder
 */
char *weir_temp_dir_build (WeirTempDir *self,
                           const char  *name);

/**
 * weir_temp_dir_write:
 * @name: a relative path; its folders are created
 * @text: what the file then holds
 *
 * The file appears whole, through a rename.
 *
 * Returns: (transfer full): the absolute path of the file
 */
char *weir_temp_dir_write (WeirTempDir *self,
                           const char  *name,
                           const char  *text);

/* As weir_temp_dir_write(), for bytes that may hold zeros. */
char *weir_temp_dir_write_bytes (WeirTempDir  *self,
                                 const char   *name,
                                 gconstpointer data,
                                 gsize         size);

/**
 * weir_temp_dir_read:
 *
 * Returns: (transfer full): the whole content of the file @name
 */
char *weir_temp_dir_read (WeirTempDir *self,
                          const char  *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTempDir, weir_temp_dir_free)
