/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/*
 * Binding by signature.
 *
 * `types` of a function is a letter for each argument, '>' and a letter for the result; the last argument letter repeats. Letters:
 *   b BOOLEAN  i INT  l BIGINT  f FLOAT  d DOUBLE  s STRING  x BINARY  D DATE  T TIMESTAMP  N TIMESTAMP_NTZ
 *   t STRING or BINARY (result: type of the first argument)  n any number  g any integral number  a anything
 * As a result, 'a', 'n', 'g' and 't' mean the type of the first argument.
 */

static WeirType *
letter_type (char letter)
{
  switch (letter)
    {
    case 'b':
      return WEIR_BOOLEAN;
    case 'i':
      return WEIR_INT;
    case 'l':
      return WEIR_BIGINT;
    case 'f':
      return WEIR_FLOAT;
    case 'd':
      return WEIR_DOUBLE;
    case 's':
      return WEIR_STRING;
    case 'x':
      return WEIR_BINARY;
    case 'D':
      return WEIR_DATE;
    case 'T':
      return WEIR_TIMESTAMP;
    case 'N':
      return WEIR_TIMESTAMP_NTZ;
    default:
      return NULL;
    }
}

void
_weir_bind_append (WeirBind *bind,
                   WeirExpr *arg)
{
  bind->args = g_renew (WeirExpr *, bind->args, bind->n_args + 1);
  bind->args[bind->n_args++] = arg;
}

gboolean
_weir_bind_mismatch (WeirBind   *bind,
                     guint       i,
                     const char *required,
                     GError    **error)
{
  static const char *const ordinals[] = { "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth" };
  const char              *ordinal = i < G_N_ELEMENTS (ordinals) ? ordinals[i] : "last";
  g_autofree char         *type = weir_type_to_sql (bind->args[i]->type);
  g_autofree char         *quoted = g_strdup_printf ("\"%s\"", type);
  g_autofree char         *sql = g_strdup_printf ("\"%s\"", _weir_expr_name (bind->args[i]));
  g_autofree char         *name = _weir_expr_call_name (bind->function, bind->args, bind->n_args);
  g_autofree char         *quoted_name = g_strdup_printf ("\"%s\"", name);
  g_autofree char         *quoted_required = g_strdup_printf ("\"%s\"", required);
  GError                  *created;

  created = weir_error_new (WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", bind->span,
                            "Cannot resolve %s due to data type mismatch: The %s parameter requires the %s type, however %s has the type %s.",
                            quoted_name, ordinal, quoted_required, sql, quoted);
  weir_error_add_param (created, "sqlExpr", quoted_name);
  weir_error_add_param (created, "paramIndex", ordinal);
  weir_error_add_param (created, "requiredType", quoted_required);
  weir_error_add_param (created, "inputSql", sql);
  weir_error_add_param (created, "inputType", quoted);
  g_propagate_error (error, created);
  return FALSE;
}

gboolean
_weir_bind_coerce (WeirBind *bind,
                   guint     i,
                   WeirType *type,
                   GError  **error)
{
  WeirExpr        *coerced = weir_expr_coerce (weir_expr_ref (bind->args[i]), type);
  g_autofree char *required = NULL;

  if (coerced != NULL)
    {
      weir_expr_unref (bind->args[i]);
      bind->args[i] = coerced;
      return TRUE;
    }
  required = weir_type_to_sql (type);
  return _weir_bind_mismatch (bind, i, required, error);
}

static gboolean
fail_different (WeirBind *bind,
                GError  **error)
{
  GString         *types = g_string_new (NULL);
  g_autofree char *name = _weir_expr_call_name (bind->function, bind->args, bind->n_args);
  g_autofree char *quoted_name = g_strdup_printf ("\"%s\"", name);
  GError          *created;

  for (guint i = 0; i < bind->n_args; i++)
    {
      g_autofree char *sql = weir_type_to_sql (bind->args[i]->type);

      g_string_append_printf (types, "%s\"%s\"", i > 0 ? " or " : "", sql);
    }
  created = weir_error_new (WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", bind->span,
                            "Cannot resolve %s due to data type mismatch: Input to `%s` should all be the same type, but it's (%s).",
                            quoted_name, bind->function->name, types->str);
  weir_error_add_param (created, "sqlExpr", quoted_name);
  weir_error_add_param (created, "functionName", bind->function->name);
  weir_error_add_param (created, "dataType", types->str);
  g_string_free (types, TRUE);
  g_propagate_error (error, created);
  return FALSE;
}

gboolean
_weir_bind_common (WeirBind  *bind,
                   guint      first,
                   WeirType **type,
                   GError   **error)
{
  g_autoptr (WeirType) common = NULL;

  for (guint i = first; i < bind->n_args; i++)
    {
      WeirType *wider = common == NULL ? weir_type_ref (bind->args[i]->type) : weir_type_common (common, bind->args[i]->type);

      g_clear_pointer (&common, weir_type_unref);
      if (wider == NULL)
        return fail_different (bind, error);
      common = wider;
    }
  if (common == NULL)
    common = weir_type_ref (WEIR_VOID);
  for (guint i = first; i < bind->n_args; i++)
    bind->args[i] = _weir_expr_cast (bind->args[i], common, FALSE);
  *type = g_steal_pointer (&common);
  return TRUE;
}

static gboolean
coerce_letter (WeirBind *bind,
               guint     i,
               char      letter,
               GError  **error)
{
  WeirType *arg = bind->args[i]->type;
  WeirType *type = letter_type (letter);

  if (type != NULL)
    return _weir_bind_coerce (bind, i, type, error);
  switch (letter)
    {
    case 't':
      return arg->kind == WEIR_TYPE_BINARY || _weir_bind_coerce (bind, i, WEIR_STRING, error);
    case 'n':
      return weir_type_is_numeric (arg) || _weir_bind_coerce (bind, i, WEIR_DOUBLE, error);
    case 'g':
      if (weir_type_is_integral (arg))
        return TRUE;
      if (arg->kind == WEIR_TYPE_VOID)
        return _weir_bind_coerce (bind, i, WEIR_INT, error);
      if (arg->kind == WEIR_TYPE_STRING)
        return _weir_bind_coerce (bind, i, WEIR_BIGINT, error);
      return _weir_bind_mismatch (bind, i, "INTEGRAL", error);
    default:
      return TRUE;
    }
}

/* Appends the defaults of the arguments that are missing at the end. */
static void
append_defaults (WeirBind *bind)
{
  g_auto (GStrv) defaults = NULL;
  guint          n_defaults, first;

  if (bind->function->defaults == NULL)
    return;
  defaults = g_strsplit (bind->function->defaults, "|", -1);
  n_defaults = g_strv_length (defaults);
  first = (guint)bind->function->n_args_max - n_defaults;
  for (guint i = bind->n_args; i >= first && i < (guint)bind->function->n_args_max; i++)
    {
      const char *text = defaults[i - first];

      _weir_bind_append (bind, text[0] == 's' ? weir_expr_new_string (text + 1)
                                              : weir_expr_new_int ((gint32)g_ascii_strtoll (text + 1, NULL, 10)));
    }
}

WeirType *
_weir_bind_types (WeirBind *bind,
                  GError  **error)
{
  const char *types = bind->function->types;
  const char *result = strchr (types, '>') + 1;
  WeirType   *type;

  append_defaults (bind);
  for (guint i = 0; i < bind->n_args; i++)
    {
      if (!coerce_letter (bind, i, *types, error))
        return NULL;
      if (types[1] != '>')
        types++;
    }
  if (!(bind->function->flags & WEIR_FUNCTION_STRICT) && bind->n_args == 0)
    bind->nullable = FALSE;
  type = letter_type (*result);
  return weir_type_ref (type != NULL ? type : bind->args[0]->type);
}

WeirColumn *
_weir_bind_constant (WeirBind *bind,
                     guint     i)
{
  g_autoptr (WeirExpr) folded = weir_expr_fold (weir_expr_ref (bind->args[i]), bind->zone);

  return weir_expr_is_literal (folded) ? weir_column_ref (folded->literal) : NULL;
}

char *
_weir_bind_constant_string (WeirBind *bind,
                            guint     i)
{
  g_autoptr (WeirColumn) column = _weir_bind_constant (bind, i);
  const WeirView        *view;

  if (column == NULL || column->type->kind != WEIR_TYPE_STRING || weir_column_is_null (column, 0))
    return NULL;
  view = column->values;
  return g_strndup (weir_view_data (view), view->len);
}
