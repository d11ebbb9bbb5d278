/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/help-text.h"

#include <glib/gi18n.h>

/*
 * The help, as text. A paragraph that begins with "# " is a heading, one with "> " is SQL or something to type, and one with "! " is an
 * action whose keys are shown. Everything else is prose for people who have a stream and want to see something in it.
 */

static const char *const started[] = {
  N_ ("# The demo"),
  N_ ("Try the Demo on the first page opens made-up orders and a query that counts them by region in windows of ten seconds. Nothing is read from the network. Design shows how the query is built, Results what comes of it."),
  N_ ("# Your own stream"),
  N_ ("1. Connect a Source asks where rows come from: a socket, files, Kafka or HTTP. Test Connection says for each stage whether it works and what to do if it does not."),
  N_ ("2. The last page of the dialog shows the first records and the columns found in them. Choose the column that says when something happened: the event time."),
  N_ ("3. A first query is written for you. Change it card by card or as SQL, whichever you prefer; both are the same text."),
  N_ ("4. Run. Rows appear in the table and the chart, and change as more of the stream comes in."),
  N_ ("# Saving"),
  N_ ("Sources, queries and charts are saved together in one .weir file. It is an SQL script: weir-sql runs it in a terminal, and any editor opens it. Passwords are never in it; they stay in the keyring."),
  N_ ("A file that was not written on this computer is not run before you have seen which hosts, paths and tables it uses."),
  NULL,
};

static const char *const cards[] = {
  N_ ("# One card a step"),
  N_ ("Rows pass through the cards from top to bottom. The pencil edits a card, the bin removes it, and the buttons at the end add the steps that are not there yet. Undo takes back every change, in cards and in SQL alike."),
  N_ ("# What the cards do"),
  N_ ("Source is the table that is read. Filter keeps the rows for which a condition is true:"),
  "> price >= 100 AND status = 'paid'",
  N_ ("Event Time names the column that says when something happened, and how long to wait for rows that come late."),
  N_ ("Window cuts event time into pieces of equal length. With a slide shorter than the length they overlap. Session Window instead ends when nothing has come for a while."),
  N_ ("Group By and Aggregate count and sum up the rows of each group. Join adds columns of another table; Distinct keeps one row of each kind."),
  N_ ("Output says which rows are shown or written, and how often."),
  N_ ("# Rows after every card"),
  N_ ("At the foot of each card stand some of the rows that come out of it, from a sample of the source, whether the query runs or not. Choose a card to see them all beside the steps; the button above them lets them stand still. While the text has an error, the rows are those of the last valid version."),
  N_ ("A preview takes no rows away from a query and connects to nothing: rows of a socket, HTTP or Kafka show once the query runs or the connection was tested."),
  N_ ("# What cards cannot show"),
  N_ ("Whatever SQL allows beyond this stands as an SQL card and stays as you wrote it, down to the last blank and comment."),
  N_ ("Two examples: a function of your own, and columns that become rows."),
  "> CREATE TEMPORARY FUNCTION fahrenheit (celsius DOUBLE) RETURN celsius * 1.8D + 32",
  "> SELECT * FROM STREAM sales UNPIVOT (amount FOR quarter IN (q1, q2))",
  NULL,
};

static const char *const times[] = {
  N_ ("# Event time"),
  N_ ("Rows are put into windows by the time that stands in them, not by when they arrive. So the result is the same whether a row took a second or an hour, and whether the stream is read live or from a file."),
  N_ ("# The watermark"),
  N_ ("Rows arrive out of order, so the query waits for a while. The watermark is the newest event time seen so far less that wait. A window is final when the watermark has passed its end."),
  N_ ("The ruler below the chart shows it: final windows are grey blocks, open ones dashed, the triangle is the watermark and the hatched part the wait. With several sources the slowest one decides."),
  N_ ("In the chart, windows that are not final are hollow, with their values so far, also where Append does not show them in the table yet. A mark turns solid where it stands when its window is final."),
  N_ ("# Late rows"),
  N_ ("A row older than the watermark comes too late for its window. It is counted and a sample is kept: choose Late to see such rows. A longer wait catches more of them and makes windows final later."),
  N_ ("# A time far in the future"),
  N_ ("One row with a wrong time moves the watermark for good, and rows of the present time are late. When an event is far ahead of the clock, a notice says so and shows the row; Newest Event in the menu shows it at any time."),
  N_ ("# Output modes"),
  N_ ("Append shows a window once it is final; nothing shown changes later. Update shows every change as it happens. Complete shows the whole result with every batch. Modes that a query does not allow cannot be chosen, and say why."),
  N_ ("Above the table, Changes lists what the newest batches added, changed and removed, the newest first; Last Batch keeps to the rows of the newest one."),
  N_ ("# No rows yet?"),
  N_ ("Where the table would be, the reason is given in a sentence: not connected, nothing has arrived, everything was filtered out, or the first window is still open, and until when."),
  NULL,
};

static const char *const health[] = {
  N_ ("# How a query does"),
  N_ ("Health begins with a sentence: whether the query keeps up, falls behind, waits for a source, or stands still because one of its sources has no rows. The charts below show what it goes by; point at one, or use Left and Right in it, to read a moment."),
  N_ ("Batch Duration says where the time of a batch goes, Watermark Lag how far each source is behind the clock, and State what the query keeps between batches. Select a batch to see the state after it. Copy Report puts all of it on the clipboard."),
  N_ ("# Hold and step"),
  N_ ("While a query is on hold its sources are read, but no batch starts. Run One Batch lets one through, so that you can look at what it does. Pausing the view is something else: the query goes on, and only the picture stands still."),
  "! win.hold",
  "! win.step",
  N_ ("# Stopping and going on"),
  N_ ("With a checkpoint a query goes on where it ended, also after a power cut. Keep Progress adds one; Output shows its folder and says what becomes of rows. Without one, the next run begins anew."),
  N_ ("# A changed query"),
  N_ ("Filters, columns, names, triggers and the wait for late rows may change between two runs. Where sources, groups, aggregates or joins have changed, the checkpoint does not fit: the query is refused before anything is written, and the message names the difference."),
  N_ ("What is in a checkpoint can be seen in a terminal:"),
  "> weir-sql --inspect FOLDER --rows 5",
  N_ ("# A full disk"),
  N_ ("When the checkpoint or a file cannot be written, the query waits and says which path, why, and what space is left. It goes on by itself once there is room; nothing is lost and nothing is written twice."),
  NULL,
};

static const char *const sources[] = {
  N_ ("# Socket"),
  N_ ("Lines of text from a server. To try it, type lines into this, and connect to localhost, port 9999:"),
  "> nc -lk 9999",
  N_ ("# Files"),
  N_ ("A file, a folder or a pattern, as CSV, JSON Lines or text. New files that appear in a folder are read as they come."),
  N_ ("Which file a row is from stands in the hidden column _metadata:"),
  "> SELECT *, _metadata.file_name FROM STREAM orders",
  N_ ("# Kafka"),
  N_ ("Servers, a topic, and where to start. Weir only reads: it joins no group of yours and commits nothing. More Properties takes any setting of a client, one name=value a line."),
  N_ ("# HTTP"),
  N_ ("An address that streams JSON Lines or server-sent events, or one that is asked again every few seconds."),
  N_ ("# Rows for trying out"),
  N_ ("The format rate makes rows with a time and a number, so many a second. rate-micro-batch makes the same rows in every run:"),
  "> CREATE TABLE ticks USING `rate-micro-batch` OPTIONS (rowsPerBatch 10)",
  N_ ("# A table beside a stream"),
  N_ ("A table that a stream is joined with is read again in every batch. With this option it is read once, when the query starts:"),
  "> CREATE TABLE cities USING csv OPTIONS (path 'cities.csv', header true, static 'cached')",
  N_ ("# Rows that cannot be read"),
  N_ ("They are never lost silently. They are counted as unreadable, and the newest are kept with their bytes and what is wrong with them."),
  N_ ("# One reader for all"),
  N_ ("Queries, previews and the connection test share one connection to a source, so looking at a stream takes nothing away from others."),
  NULL,
};

static const char *const keys[] = {
  N_ ("# Queries"),
  "! win.add-query",
  "! win.add-source",
  "! win.rename-query",
  "! win.run",
  "! win.stop",
  "! win.pause",
  "! win.design",
  "! win.results",
  "! win.health",
  "! win.hold",
  "! win.step",
  "! win.next-query",
  "! win.previous-query",
  N_ ("# Editing"),
  "! win.edit-sql",
  "! win.undo",
  "! win.redo",
  N_ ("# Rows"),
  "! win.find",
  "! win.export",
  "! win.show-late",
  "! win.show-bad",
  N_ ("Enter on a row shows its details. In a chart, Left and Right go from point to point, Space pauses and End goes back to the newest."),
  N_ ("# Files and window"),
  "! win.new",
  "! win.open",
  "! win.save",
  "! win.save-as",
  "! win.toggle-sidebar",
  "! win.search",
  "! win.fullscreen",
  "! app.preferences",
  "! app.help",
  NULL,
};

static const WeirHelpPage pages[] = {
  { "started", N_ ("Getting Started"), started },
  { "cards", N_ ("Cards and SQL"), cards },
  { "time", N_ ("Event Time"), times },
  { "sources", N_ ("Sources"), sources },
  { "health", N_ ("Health and Restart"), health },
  { "keys", N_ ("Keyboard"), keys },
};

static const struct
{
  const char *action, *title;
} actions[] = {
  { "win.add-query", N_ ("New query") },
  { "win.add-source", N_ ("New source") },
  { "win.rename-query", N_ ("Rename the query") },
  { "win.run", N_ ("Run") },
  { "win.stop", N_ ("Stop") },
  { "win.pause", N_ ("Pause the view") },
  { "win.design", N_ ("Design") },
  { "win.results", N_ ("Results") },
  { "win.health", N_ ("Health") },
  { "win.hold", N_ ("Hold: no batch starts by itself") },
  { "win.step", N_ ("Run one batch") },
  { "win.next-query", N_ ("Next query") },
  { "win.previous-query", N_ ("Previous query") },
  { "win.edit-sql", N_ ("Edit the SQL") },
  { "win.undo", N_ ("Undo") },
  { "win.redo", N_ ("Redo") },
  { "win.find", N_ ("Find in rows") },
  { "win.export", N_ ("Export rows") },
  { "win.show-late", N_ ("Late rows") },
  { "win.show-bad", N_ ("Unreadable rows") },
  { "win.new", N_ ("New window") },
  { "win.open", N_ ("Open") },
  { "win.save", N_ ("Save") },
  { "win.save-as", N_ ("Save as") },
  { "win.toggle-sidebar", N_ ("Show or hide the sidebar") },
  { "win.search", N_ ("Search queries and sources") },
  { "win.fullscreen", N_ ("Full screen") },
  { "app.preferences", N_ ("Preferences") },
  { "app.help", N_ ("Help") },
};

const WeirHelpPage *
weir_help_list_pages (guint *n)
{
  *n = G_N_ELEMENTS (pages);
  return pages;
}

const char *
weir_help_title_of (const char *action)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].action, action))
      return _ (actions[i].title);
  return action;
}
