/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/check-private.h"
#include "query/guarantee.h"

#include "query/formats.h"

#include <string.h>

/*
 * The check of a script: what the editor underlines and the builder knows. Statements run in order over a catalogue of their own, so
 * a query sees the tables above it; one that fails does not stop the rest. Nothing is opened or written; files are read for the columns of
 * tables that declare none, except when a main loop asks: then what depends on them is left open.
 */

struct _WeirCheck
{
  gatomicrefcount ref_count;
  GArray         *problems;   /* Owned: WeirProblem */
  GArray         *statements; /* Owned: WeirStatementInfo */
  GStringChunk   *strings;    /* Owned: all texts */
  GPtrArray      *errors;     /* Owned: GError */
  GPtrArray      *blocks;     /* Owned: column arrays, string arrays */
  gboolean        is_partial; /* columns of a table were not read */
  WeirSession    *session;    /* Borrowed, nullable: who would run it */
};

static const char *
keep (WeirCheck  *self,
      const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (self->strings, text) : NULL;
}

/* The nearest name of the message's proposals, if it has any. */
static const char *
suggestion_of (WeirCheck    *self,
               const GError *error)
{
  for (guint i = 0; i < weir_error_get_n_params (error); i++)
    {
      const char      *name, *value;
      g_autofree char *first = NULL;
      char            *end;

      weir_error_get_param (error, i, &name, &value);
      if (strcmp (name, "proposal") != 0 || *value == '\0')
        continue;
      first = g_strdup (*value == '`' ? value + 1 : value);
      end = strpbrk (first, "`,");
      if (end != NULL)
        *end = '\0';
      return keep (self, first);
    }
  return NULL;
}

static void
add_problem (WeirCheck    *self,
             const GError *error,
             WeirSpan      statement)
{
  WeirSpan    span = weir_error_get_span (error);
  WeirProblem problem = { 0 };

  if (span.start == 0 && span.end == 0)
    span = statement;
  problem.range = (WeirRange){ span.start, span.end };
  problem.condition = keep (self, weir_error_get_condition (error));
  problem.sqlstate = keep (self, weir_error_get_sqlstate (error));
  problem.message = keep (self, error->message);
  problem.suggestion = suggestion_of (self, error);
  problem.error = g_error_copy (error);
  g_ptr_array_add (self->errors, (GError *)problem.error);
  g_array_append_val (self->problems, problem);
}

static void
add_warning (WeirCheck  *self,
             WeirSpan    span,
             const char *condition,
             const char *message)
{
  WeirProblem problem = { 0 };

  problem.range = (WeirRange){ span.start, span.end };
  problem.condition = keep (self, condition);
  problem.sqlstate = keep (self, "01000");
  problem.message = keep (self, message);
  problem.is_warning = TRUE;
  g_array_append_val (self->problems, problem);
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

gboolean
_weir_option_is_secret (const char *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);

  return strstr (key, "password") != NULL || strstr (key, "jaas.config") != NULL || strstr (key, "ssl.key") != NULL ||
         strcmp (key, "header.authorization") == 0;
}

static void
check_options (WeirCheck                *self,
               WeirCatalog              *catalog,
               const WeirSqlCreateTable *create)
{
  const WeirFormatInfo *format = create->format.name != NULL ? weir_catalog_get_format (catalog, create->format.name) : NULL;

  for (guint i = 0; format != NULL && i < create->n_options; i++)
    {
      const WeirSqlOption *option = &create->options[i];
      g_autofree char     *message = weir_format_option_warning (format, option->key, option->value);

      if (message != NULL)
        add_warning (self, option->key_span, "UNKNOWN_OPTION", message);
      if (weir_option_is_literal_secret (option->key, option->value))
        add_warning (self, option->value_span, "LITERAL_SECRET", WEIR_LITERAL_SECRET_MESSAGE);
    }
}

static void
check_setting (WeirCheck              *self,
               const WeirSqlStatement *statement)
{
  const char *reason = statement->set.value != NULL ? weir_setting_idle_reason (statement->set.key, statement->set.value) : NULL;

  if (reason != NULL)
    {
      g_autofree char *message = g_strdup_printf ("Setting %s=%s has no effect. %s", statement->set.key, statement->set.value, reason);

      add_warning (self, statement->span, "IDLE_SETTING", message);
    }
}

/* ---- statements ------------------------------------------------------------------------------------------------- */

static void
fill_columns (WeirCheck         *self,
              WeirStatementInfo *info,
              WeirSchema        *schema,
              WeirPlan          *plan)
{
  g_autoptr (WeirResultShape) shape = weir_result_shape_new (schema, plan, weir_zone_utc (), WEIR_OUTPUT_APPEND, NULL, 0);
  WeirColumnInfo             *columns = g_memdup2 (shape->columns, schema->n_fields * sizeof *columns);

  for (guint i = 0; i < schema->n_fields; i++)
    {
      columns[i].name = keep (self, columns[i].name);
      columns[i].type = keep (self, columns[i].type);
    }
  g_ptr_array_add (self->blocks, columns);
  info->columns = columns;
  info->n_columns = schema->n_fields;
}

typedef struct
{
  WeirCheck         *check;
  WeirStatementInfo *info;
  GPtrArray         *tables;
} PlanWalk;

/* A connection on which rows may come for ever. */
static gboolean
has_no_end (WeirTable *table)
{
  return strcmp (table->format->name, "socket") == 0 || (strcmp (table->format->name, "http") == 0 && !g_hash_table_contains (table->options, "interval"));
}

static void
walk_plan (WeirPlan *plan,
           gpointer  data)
{
  PlanWalk *walk = data;

  if (plan->kind == WEIR_PLAN_SCAN)
    {
      const char *name = keep (walk->check, plan->scan.table->name);

      g_ptr_array_add (walk->tables, (gpointer)name);
      if (plan->is_streaming && walk->info->waits_for == NULL && has_no_end (plan->scan.table))
        walk->info->waits_for = name;
    }
  else if (plan->kind == WEIR_PLAN_EVENT_TIME)
    walk->info->watermark_delay_us = plan->event_time.delay_ms * 1000;
  else if (plan->kind == WEIR_PLAN_AGGREGATE && plan->aggregate.window_key >= 0 && !plan->aggregate.is_session)
    {
      walk->info->window_size_us = plan->aggregate.window.size_us;
      walk->info->window_slide_us = plan->aggregate.window.slide_us;
    }
}

/* Columns, tables and windows of a query or a view. */
static void
fill_plan (WeirCheck         *self,
           WeirStatementInfo *info,
           WeirPlan          *plan)
{
  PlanWalk walk = { self, info, g_ptr_array_new () };

  fill_columns (self, info, plan->schema, plan);
  weir_plan_foreach (plan, walk_plan, &walk);
  g_ptr_array_add (walk.tables, NULL);
  info->tables = (char **)g_ptr_array_free (walk.tables, FALSE);
  g_ptr_array_add (self->blocks, info->tables);
}

static void
fill_query (WeirCheck               *self,
            WeirStatementInfo       *info,
            const WeirAnalyzedQuery *analyzed)
{
  fill_plan (self, info, analyzed->plan);
  if (!analyzed->is_streaming)
    return;
  info->guarantee = _weir_guarantee_of (analyzed->plan, analyzed->sinks);
  info->guarantee.source = keep (self, info->guarantee.source);
  info->guarantee.sink = keep (self, info->guarantee.sink);
  info->guarantee.sink_format = keep (self, info->guarantee.sink_format);
  info->append_reason = weir_streaming_mode_reason (analyzed->plan, WEIR_OUTPUT_APPEND);
  info->update_reason = weir_streaming_mode_reason (analyzed->plan, WEIR_OUTPUT_UPDATE);
  info->complete_reason = weir_streaming_mode_reason (analyzed->plan, WEIR_OUTPUT_COMPLETE);
}

static void
check_query (WeirCheck              *self,
             WeirCatalog            *catalog,
             const WeirSqlStatement *statement,
             const char             *text,
             WeirStatementInfo      *info,
             GError                **error)
{
  WeirAnalyzedQuery analyzed;
  gboolean          is_create = statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY;

  if (_weir_analyze_statement (catalog, statement, text, self->session != NULL ? self->session->options.output_mode : NULL, &analyzed, error) &&
      self->session != NULL)
    _weir_check_run (self->session, statement, text, &analyzed, error);
  info->name = keep (self, analyzed.name);
  info->kind = statement->kind == WEIR_SQL_STATEMENT_INSERT ? WEIR_STATEMENT_INSERT : WEIR_STATEMENT_QUERY;
  if (is_create || analyzed.is_streaming)
    {
      g_autofree char *trigger = weir_trigger_to_sql (&analyzed.trigger);

      info->kind = WEIR_STATEMENT_STREAMING_QUERY;
      info->output_mode = _weir_output_mode_to_string (analyzed.mode);
      info->trigger = keep (self, trigger);
      info->checkpoint = is_create ? keep (self, statement->create_query.checkpoint) : NULL;
    }
  if (analyzed.plan != NULL)
    fill_query (self, info, &analyzed);
  _weir_analyzed_query_clear (&analyzed);
}

static void
check_table (WeirCheck                *self,
             WeirCatalog              *catalog,
             const WeirSqlCreateTable *create,
             WeirStatementInfo        *info)
{
  WeirTable             *table = weir_catalog_get_table (catalog, _weir_name_last (&create->name));
  g_autoptr (WeirSchema) schema = NULL;

  info->kind = WEIR_STATEMENT_TABLE;
  info->name = keep (self, _weir_name_last (&create->name));
  info->format = keep (self, create->format.name);
  check_options (self, catalog, create);
  /* A table whose columns are inferred would have to be read. */
  if (table != NULL && (table->declared != NULL || !table->format->infers))
    schema = weir_catalog_resolve_schema (catalog, table, table->options, NULL);
  if (schema != NULL)
    fill_columns (self, info, schema, NULL);
}

static void
check_view (WeirCheck               *self,
            WeirCatalog             *catalog,
            const WeirSqlCreateView *create,
            const char              *text,
            WeirStatementInfo       *info)
{
  g_autoptr (WeirPlan) plan = weir_analyze_query (catalog, create->query, text, NULL);

  info->kind = WEIR_STATEMENT_VIEW;
  info->name = keep (self, _weir_name_last (&create->name));
  if (plan != NULL)
    fill_plan (self, info, plan);
}

static void
check_statement (WeirCheck              *self,
                 WeirCatalog            *catalog,
                 const WeirSqlStatement *statement,
                 const char             *text,
                 const char             *base_dir)
{
  WeirStatementInfo  info = { .kind = WEIR_STATEMENT_OTHER, .watermark_delay_us = -1 };
  g_autoptr (GError) error = NULL;

  info.range = (WeirRange){ statement->span.start, statement->span.end };
  _weir_define (catalog, statement, text, base_dir, &error);
  switch ((int)statement->kind)
    {
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
      check_table (self, catalog, &statement->create_table, &info);
      break;
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
      check_view (self, catalog, &statement->create_view, text, &info);
      break;
    case WEIR_SQL_STATEMENT_QUERY:
    case WEIR_SQL_STATEMENT_INSERT:
    case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
      check_query (self, catalog, statement, text, &info, &error);
      break;
    case WEIR_SQL_STATEMENT_SET:
      check_setting (self, statement);
      break;
    default:
      break;
    }
  /* After a table whose columns are not known no name is known to be wrong, and folders may have the column that is missing. */
  if (weir_catalog_excuses (catalog, error))
    g_clear_error (&error);
  info.has_error = error != NULL;
  if (error != NULL)
    add_problem (self, error, statement->span);
  g_array_append_val (self->statements, info);
}

static WeirCheck *
check_new (void)
{
  WeirCheck *self = g_new0 (WeirCheck, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->problems = g_array_new (FALSE, TRUE, sizeof (WeirProblem));
  self->statements = g_array_new (FALSE, TRUE, sizeof (WeirStatementInfo));
  self->strings = g_string_chunk_new (4096);
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->errors = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  return self;
}

static void
check_statements (WeirCheck     *self,
                  WeirCatalog   *catalog,
                  WeirSqlScript *script,
                  const char    *base_dir)
{
  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);
      WeirSpan                span = weir_sql_script_get_span (script, i);

      if (statement == NULL)
        {
          WeirStatementInfo broken = { .kind = WEIR_STATEMENT_OTHER, .range = { span.start, span.end }, .has_error = TRUE, .watermark_delay_us = -1 };

          add_problem (self, weir_sql_script_get_error (script, i), span);
          g_array_append_val (self->statements, broken);
        }
      else
        check_statement (self, catalog, statement, weir_sql_script_get_text (script), base_dir);
    }
}

static WeirCheck *
check_script (const char *text,
              const char *base_dir,
              gboolean    may_read)
{
  WeirCheck                *self = check_new ();
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  g_autoptr (WeirCatalog)   catalog = weir_catalog_new ();

  weir_formats_register (catalog);
  if (!may_read)
    weir_catalog_forbid_reading (catalog);
  check_statements (self, catalog, script, base_dir != NULL ? base_dir : ".");
  /* What only a connection could tell stays open. */
  self->is_partial = !may_read && (weir_catalog_has_unread (catalog) || weir_catalog_has_unlisted (catalog));
  return self;
}

WeirCheck *
weir_check_script (const char *text,
                   const char *base_dir)
{
  return check_script (text, base_dir, TRUE);
}

WeirCheck *
weir_check_script_unread (const char *text,
                          const char *base_dir)
{
  return check_script (text, base_dir, FALSE);
}

WeirCheck *
weir_session_check_script (WeirSession *session,
                           const char  *text)
{
  WeirCheck                *self = check_new ();
  g_autoptr (WeirSqlScript) script = weir_sql_parse_with (text, -1, weir_catalog_get_bool (session->catalog, WEIR_SQL_RAW_STRINGS_KEY));

  self->session = session;
  weir_catalog_allow_connections (session->catalog, NULL, NULL);
  check_statements (self, session->catalog, script, session->base_dir);
  _weir_session_allow_connections (session);
  self->session = NULL;
  return self;
}

gboolean
weir_check_get_is_partial (WeirCheck *check)
{
  return check->is_partial;
}

static void
check_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  char **args = data;

  g_task_return_pointer (task, weir_check_script (args[0], args[1]), (GDestroyNotify)weir_check_unref);
}

static void
check_args_free (gpointer data)
{
  char **args = data;

  g_free (args[0]);
  g_free (args[1]);
  g_free (args);
}

void
weir_check_script_async (const char         *text,
                         const char         *base_dir,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  char            **args = g_new (char *, 2);

  args[0] = g_strdup (text);
  args[1] = g_strdup (base_dir);
  g_task_set_source_tag (task, weir_check_script_async);
  g_task_set_task_data (task, args, check_args_free);
  g_task_run_in_thread (task, check_thread);
}

WeirCheck *
weir_check_script_finish (GAsyncResult *result,
                          GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

WeirCheck *
weir_check_ref (WeirCheck *check)
{
  g_atomic_ref_count_inc (&check->ref_count);
  return check;
}

void
weir_check_unref (WeirCheck *check)
{
  if (check == NULL || !g_atomic_ref_count_dec (&check->ref_count))
    return;
  g_array_unref (check->problems);
  g_array_unref (check->statements);
  g_string_chunk_free (check->strings);
  g_ptr_array_unref (check->blocks);
  g_ptr_array_unref (check->errors);
  g_free (check);
}

guint
weir_check_get_n_problems (WeirCheck *check)
{
  return check->problems->len;
}

const WeirProblem *
weir_check_get_problem (WeirCheck *check,
                        guint      i)
{
  return &g_array_index (check->problems, WeirProblem, i);
}

guint
weir_check_get_n_statements (WeirCheck *check)
{
  return check->statements->len;
}

const WeirStatementInfo *
weir_check_get_statement (WeirCheck *check,
                          guint      i)
{
  return &g_array_index (check->statements, WeirStatementInfo, i);
}

GError *
weir_problem_to_error (const WeirProblem *problem)
{
  WeirSpan span = { problem->range.start, problem->range.end };
  GError  *error;

  if (problem->error == NULL)
    return weir_error_new (WEIR_ERROR_ANALYZE, problem->condition, span, "%s", problem->message);
  error = g_error_copy (problem->error);
  weir_error_set_span (error, span);
  return error;
}
