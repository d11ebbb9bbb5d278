/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to "Why no rows yet?" in words, from the engine's facts. Needs no display. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

/* What the user can do about it; names of the pane's `why-action` signal. */
#define WEIR_WHY_ACTION_RUN               "run"
#define WEIR_WHY_ACTION_EDIT_SOURCE       "edit-source"
#define WEIR_WHY_ACTION_RETRY             "retry"
#define WEIR_WHY_ACTION_START_EARLIEST    "start-earliest"
#define WEIR_WHY_ACTION_SHOW_BAD_ROWS     "show-bad-rows"
#define WEIR_WHY_ACTION_EDIT_FILTER       "edit-filter"
#define WEIR_WHY_ACTION_CHOOSE_EVENT_TIME "choose-event-time"
#define WEIR_WHY_ACTION_SWITCH_TO_UPDATE  "switch-to-update"
#define WEIR_WHY_ACTION_CHANGE_WAIT       "change-wait"
#define WEIR_WHY_ACTION_SHOW_LATE_ROWS    "show-late-rows"
#define WEIR_WHY_ACTION_SET_TIME_ZONE     "set-time-zone"
#define WEIR_WHY_ACTION_SHOW_ERROR        "show-error"
#define WEIR_WHY_ACTION_LET_GO            "let-go"
#define WEIR_WHY_ACTION_STEP              "step"

#define WEIR_WHY_MAX_CHECKS 7

typedef enum
{
  WEIR_CHECK_MET,
  WEIR_CHECK_WAITING, /* the first that is not met */
} WeirCheckState;

typedef struct
{
  WeirCheckState state;
  char          *text;   /* "Rows arrive" */
  char          *detail; /* "174,720 rows" */
} WeirWhyCheck;

/**
 * WeirWhyAnswer:
 * @headline: the answer, short
 * @body: one or two sentences
 * @action: (nullable): what is recommended
 * @other_action: (nullable): what else can be done
 * @checks: in the order rows travel, up to the first that is not met
 */
typedef struct
{
  char        *headline;
  char        *body;
  const char  *action;
  const char  *action_label;
  const char  *other_action;
  const char  *other_action_label;
  WeirWhyCheck checks[WEIR_WHY_MAX_CHECKS];
  guint        n_checks;
} WeirWhyAnswer;

WeirWhyAnswer *weir_why_answer_new (const WeirWhy *why,
                                    GTimeZone     *zone,
                                    gint64         now_us);
void           weir_why_answer_free (WeirWhyAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirWhyAnswer, weir_why_answer_free)

G_END_DECLS
