/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/prune-private.h"

/*
 * from_json() with a schema of the fields that are read: the decoder skips the others. The schema is text to the function, so only names and
 * types that are the same written out and read again are taken; otherwise the call stays whole.
 */

static gboolean
is_plain_name (const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      return FALSE;
  return *name != '\0' && !g_ascii_isdigit (*name);
}

static gboolean
is_from_json (const WeirExpr *expr)
{
  return expr->kind == WEIR_EXPR_CALL && strcmp (expr->function->name, "from_json") == 0 && expr->n_args == 2 && expr->type->kind == WEIR_TYPE_STRUCT;
}

/* DDL of the fields that are needed, and their new places; NULL when it cannot or need not be said. */
static char *
pruned_ddl (const WeirType *type,
            const gboolean *fields,
            guint          *moved)
{
  GString *ddl = g_string_new (NULL);
  guint    n = 0;
  gboolean fine = TRUE;

  for (guint i = 0; i < type->n_fields; i++)
    {
      g_autofree char *text = NULL;

      moved[i] = G_MAXUINT;
      if (!fields[i])
        continue;
      text = weir_type_to_string (type->fields[i].type);
      fine &= is_plain_name (type->fields[i].name) && type->fields[i].type->kind < WEIR_TYPE_ARRAY;
      g_string_append_printf (ddl, "%s`%s` %s", n > 0 ? ", " : "", type->fields[i].name, text);
      moved[i] = n++;
    }
  if (fine && n > 0 && n < type->n_fields)
    return g_string_free (ddl, FALSE);
  g_string_free (ddl, TRUE);
  return NULL;
}

/* @expr (taken) decoding only @fields; *@moved when it changed. */
WeirExpr *
_weir_prune_json (WeirExpr       *expr,
                  const gboolean *fields,
                  guint         **moved,
                  WeirZone       *zone)
{
  g_autofree guint *places = g_new (guint, MAX (expr->type->n_fields, 1));
  g_autofree char  *ddl = is_from_json (expr) ? pruned_ddl (expr->type, fields, places) : NULL;
  WeirExpr         *args[2], *pruned;

  if (ddl == NULL)
    return expr;
  args[0] = weir_expr_ref (expr->args[0]);
  args[1] = weir_expr_new_string (ddl);
  pruned = weir_expr_new_call ("from_json", args, 2, expr->span, zone, NULL);
  if (pruned == NULL)
    return expr;
  pruned = weir_expr_with_name (pruned, expr->name);
  weir_expr_unref (expr);
  *moved = g_steal_pointer (&places);
  return pruned;
}

/* from_json(…).field as such. */
WeirExpr *
_weir_prune_field_of_json (const WeirExpr *expr,
                           gpointer        data)
{
  g_autofree gboolean *fields = NULL;
  g_autofree guint    *moved = NULL;
  WeirExpr            *json, *field;

  if (expr->kind != WEIR_EXPR_FIELD || !is_from_json (expr->args[0]) || expr->args[0]->type->n_fields < 2)
    return NULL;
  fields = g_new0 (gboolean, expr->args[0]->type->n_fields);
  fields[expr->index] = TRUE;
  json = _weir_prune_json (weir_expr_ref (expr->args[0]), fields, &moved, data);
  field = weir_expr_new_field (json, moved != NULL ? moved[expr->index] : expr->index);
  field = weir_expr_with_name (field, expr->name);
  field->span = expr->span;
  return field;
}
