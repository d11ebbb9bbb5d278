/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/source/source-dialog.h"

#include "ui/source/source-draft.h"

G_BEGIN_DECLS

/* ---- pages: plain widgets that write into one draft ---- */

typedef struct _WeirConnectPage WeirConnectPage;
typedef struct _WeirSchemaPage  WeirSchemaPage;
typedef void (*WeirPageFunc) (gpointer user_data);

/* Fields of the draft's kind. @changed: a field was edited, the test is no longer about it; @test: the user asks for one. Freed with its
 * widget. */
WeirConnectPage *_weir_connect_page_new (WeirSourceDraft *draft, WeirPageFunc changed, WeirPageFunc test, gpointer user_data);
GtkWidget       *_weir_connect_page_get_widget (WeirConnectPage *page);
/* Makes the fields anew: another kind or other values. */
void _weir_connect_page_fill (WeirConnectPage *page);
/* Shows how far a test is; NULL: none was made. */
void     _weir_connect_page_show_probe (WeirConnectPage *page, WeirProbe *probe);
gboolean _weir_connect_page_get_save_secrets (WeirConnectPage *page);
/* The first field that has to be filled and is not. NULL: none; else it was given the focus. */
const char *_weir_connect_page_find_missing (WeirConnectPage *page);
/* TRUE: Kafka without a topic, which the test can go without and the table cannot; the field has the focus. */
gboolean _weir_connect_page_ask_topic (WeirConnectPage *page);

/* @changed: the name or the columns. */
WeirSchemaPage *_weir_schema_page_new (WeirSourceDraft *draft, WeirPageFunc changed, gpointer user_data);
GtkWidget      *_weir_schema_page_get_widget (WeirSchemaPage *page);
/* @probe: (nullable) */
void     _weir_schema_page_fill (WeirSchemaPage *page, WeirProbe *probe, gboolean name_is_fixed);
gboolean _weir_schema_page_get_add_query (WeirSchemaPage *page);
void     _weir_schema_page_set_add_query (WeirSchemaPage *page, gboolean add, gboolean visible);
void     _weir_schema_page_refuse (WeirSchemaPage *page, const char *sentence); /* NULL: nothing is wrong */

/* ---- the list of a test's stages ---- */

GtkWidget *_weir_stage_list_new (void);
void       _weir_stage_list_show (GtkWidget *list, WeirProbe *probe);
/* Does a stage stand in the way? One that only says that no record came yet does not. */
gboolean _weir_probe_has_failed (WeirProbe *probe);

/* ---- what to do about a failed stage ---- */

typedef struct
{
  const char *option; /* the field it is about; NULL: none, test once more */
  char       *value;  /* Owned: what to try instead; NULL: the user has to edit it */
  char       *label;  /* Owned: of the button */
} WeirStageFix;

WeirStageFix *_weir_stage_fix_new (WeirSourceDraft *draft, const WeirStage *stage); /* (transfer full): a failed stage always has one */
void          _weir_stage_fix_free (WeirStageFix *fix);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStageFix, _weir_stage_fix_free)
/* The first stage that failed, even one that is not in the way. (nullable) */
const WeirStage *_weir_probe_find_failed (WeirProbe *probe);
/* As the button below the stages does. */
void _weir_connect_page_fix (WeirConnectPage *page);

/* Is the first of the sampled CSV records a line of names? */
gboolean _weir_guess_header (WeirProbe *probe);

/* ---- the kinds ---- */

const char *_weir_source_kind_title (WeirSourceKind kind);
GtkWidget  *_weir_kind_page_new (WeirSourceKind chosen, void (*chosen_cb) (WeirSourceKind kind, gpointer user_data), gpointer user_data);

/* ---- for tests ---- */

WeirSourceDraft *_weir_source_dialog_get_draft (WeirSourceDialog *self);
WeirProbe       *_weir_source_dialog_get_probe (WeirSourceDialog *self);
WeirConnectPage *_weir_source_dialog_get_connect_page (WeirSourceDialog *self);
guint            _weir_source_dialog_get_page (WeirSourceDialog *self);
void             _weir_source_dialog_choose (WeirSourceDialog *self, WeirSourceKind kind);
void             _weir_source_dialog_next (WeirSourceDialog *self); /* as the button does */
void             _weir_source_dialog_back (WeirSourceDialog *self);
gboolean         _weir_source_dialog_get_can_next (WeirSourceDialog *self);
/* After options of the draft were set: as if they had been typed. */
void _weir_source_dialog_refill (WeirSourceDialog *self);

G_END_DECLS
