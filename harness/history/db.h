/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_DB_H
#define RAMRIG_HISTORY_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * The history: one SQLite file, to which each night's result is added. db.c has its tables
 * (docs/nightly.md). Everything in it but findings and confirmations comes from results, so what
 * was lost can be added again as long as these are kept.
 *
 * An error of SQLite's is -EIO and names the file; of a damaged file it says what to do.
 */
#define HISTORY_SCHEMA 1	/* PRAGMA user_version */

struct history {
	sqlite3 *db;
	char *path;
};

/*
 * Opens @path; with @create it is made where it is missing, its folder too. -ENOENT where it is
 * missing, -EINVAL where it is no history or was written by a newer ramrig. The caller closes *ret.
 */
int history_open(const char *path, bool create, struct history **ret, struct err *e);

void history_close(struct history *h);	/* NULL is fine */

static inline void history_closep(struct history **h)
{
	history_close(*h);
}
#define cleanup_history __attribute__((cleanup(history_closep)))

/* Runs @sql, which gives no rows. */
int history_exec(struct history *h, const char *sql, struct err *e);

/* A statement and the values of its parameters, from 1 on; NULL is SQL's NULL. */
int history_prepare(struct history *h, const char *sql, sqlite3_stmt **ret, struct err *e);
void history_bind(sqlite3_stmt *s, int at, const char *text);

/*
 * 1 where there is a row, 0 where there is none (more); the statement is then ready for another
 * go.
 */
int history_step(struct history *h, sqlite3_stmt *s, struct err *e);

/* The same for a statement that gives no rows. */
int history_run(struct history *h, sqlite3_stmt *s, struct err *e);

/*
 * All or nothing: ends what began with history_exec("BEGIN IMMEDIATE"), by @rc. Returns @rc, or
 * why not.
 */
int history_end(struct history *h, int rc, struct err *e);

/* A text of a row, NULL where it is SQL's NULL; until the next step. */
const char *history_text(sqlite3_stmt *s, int column);

/* The same as a new JSON string of one line, or JSON null: SQLite does not ask whether it is UTF-8. */
json_t *history_json(sqlite3_stmt *s, int column);

static inline void cleanup_stmtp(sqlite3_stmt **s)
{
	sqlite3_finalize(*s);
}
#define cleanup_stmt __attribute__((cleanup(cleanup_stmtp)))

#endif
