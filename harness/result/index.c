/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/index.h"

static const char schema[] =
	/* The file is renamed into place when whole: a journal would only be left over. */
	"PRAGMA journal_mode = OFF;"
	"CREATE TABLE cell (n INTEGER PRIMARY KEY, pair INTEGER NOT NULL, kernel TEXT NOT NULL,"
	" topology TEXT NOT NULL, workload TEXT NOT NULL, arm TEXT NOT NULL,"
	" outcome TEXT NOT NULL, reason TEXT NOT NULL, wall_ms INTEGER) STRICT;"
	"CREATE TABLE metric (n INTEGER NOT NULL REFERENCES cell, name TEXT NOT NULL,"
	" value REAL NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,"
	" PRIMARY KEY (n, name)) STRICT, WITHOUT ROWID;"
	"BEGIN;";

static void cleanup_dbp(sqlite3 **db)
{
	sqlite3_close_v2(*db);
}

static void cleanup_stmtp(sqlite3_stmt **s)
{
	sqlite3_finalize(*s);
}

static int db_err(sqlite3 *db, struct err *e)
{
	return err_set(e, EIO, "cannot write the index: %s",
		       db ? sqlite3_errmsg(db) : "out of memory");
}

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

/* A statement's bindings are all checked here: one that failed leaves a NULL, refused. */
static int step(sqlite3 *db, sqlite3_stmt *s, struct err *e)
{
	int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : db_err(db, e);

	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc;
}

static int cell_insert(sqlite3 *db, sqlite3_stmt *s, const struct result_cell *c, struct err *e)
{
	sqlite3_bind_int64(s, 1, c->n);
	sqlite3_bind_int64(s, 2, c->pair);
	bind_text(s, 3, c->kernel);
	bind_text(s, 4, c->topology);
	bind_text(s, 5, c->workload);
	bind_text(s, 6, c->arm);
	bind_text(s, 7, c->doc ? json_str(c->doc, "outcome") : "not-done");
	bind_text(s, 8, c->doc ? json_str(c->doc, "reason") : "");
	if (c->doc)
		sqlite3_bind_int64(s, 9, result_wall_ms(c->doc));
	return step(db, s, e);
}

static int metrics_insert(sqlite3 *db, sqlite3_stmt *s, const struct result_cell *c,
			  struct err *e)
{
	const char *name;
	json_t *m;

	if (c->outcome != OUTCOME_OK)
		return 0;
	json_object_foreach(c->about, name, m) {
		sqlite3_bind_int64(s, 1, c->n);
		bind_text(s, 2, name);
		sqlite3_bind_double(s, 3, json_number_value(json_object_get(c->values, name)));
		bind_text(s, 4, json_str(m, "unit"));
		bind_text(s, 5, json_str(m, "kind"));
		int rc = step(db, s, e);
		if (rc)
			return rc;
	}
	return 0;
}

static int index_fill(const struct result *r, sqlite3 *db, struct err *e)
{
	__attribute__((cleanup(cleanup_stmtp))) sqlite3_stmt *cell = NULL;
	__attribute__((cleanup(cleanup_stmtp))) sqlite3_stmt *metric = NULL;

	if (sqlite3_exec(db, schema, NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO cell VALUES (?,?,?,?,?,?,?,?,?)", -1, &cell,
			       NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO metric VALUES (?,?,?,?,?)", -1, &metric, NULL))
		return db_err(db, e);
	for (size_t i = 0; i < r->n_cells; i++) {
		int rc = cell_insert(db, cell, &r->cells[i], e);

		if (!rc)
			rc = metrics_insert(db, metric, &r->cells[i], e);
		if (rc)
			return rc;
	}
	return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) ? db_err(db, e) : 0;
}

static int index_write(const struct result *r, const char *path, struct err *e)
{
	__attribute__((cleanup(cleanup_dbp))) sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL))
		return db_err(db, e);
	return index_fill(r, db, e);
}

int index_build(const struct result *r, struct err *e)
{
	cleanup_free char *path = path_format("%s/index.sqlite", r->dir);
	cleanup_free char *tmp = path_format("%s.XXXXXX", path);
	int fd = mkostemp(tmp, O_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "cannot create %s: %m", tmp);
	mode_t mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	close(fd);
	int rc = index_write(r, tmp, e);
	if (!rc && rename(tmp, path))
		rc = err_set(e, errno, "cannot rename %s to %s: %m", tmp, path);
	if (rc)
		unlink(tmp);
	return rc;
}
