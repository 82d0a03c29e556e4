/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "history/db.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define APPLICATION_ID 1920102505	/* "rrhi" */
#define BUSY_MS 30000
#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)

static const char schema[] =
	"PRAGMA application_id = " STRING(APPLICATION_ID) ";"
	"PRAGMA user_version = " STRING(HISTORY_SCHEMA) ";"
	/* A result. Its values are those of the plan, and of its first cell that was done. */
	"CREATE TABLE night (id INTEGER PRIMARY KEY, started TEXT NOT NULL, experiment TEXT NOT"
	" NULL, host TEXT NOT NULL, host_kernel TEXT NOT NULL, ramrig TEXT NOT NULL, qemu TEXT NOT"
	" NULL, libvirt TEXT NOT NULL, image TEXT NOT NULL, clock TEXT NOT NULL, topology_scale"
	" INTEGER NOT NULL, workload_scale TEXT, limit_ratio REAL, result TEXT NOT NULL,"
	" UNIQUE (started, experiment, host)) STRICT;"
	/* What identifies a kernel, and where it lay. */
	"CREATE TABLE kernel (id INTEGER PRIMARY KEY, name TEXT NOT NULL, release TEXT NOT NULL,"
	" package TEXT, version TEXT, hash TEXT NOT NULL, bzimage TEXT NOT NULL, modules TEXT,"
	" UNIQUE (name, hash, bzimage)) STRICT;"
	"CREATE TABLE ran (night INTEGER NOT NULL REFERENCES night, name TEXT NOT NULL,"
	" kernel INTEGER NOT NULL REFERENCES kernel, PRIMARY KEY (night, name)) STRICT, WITHOUT"
	" ROWID;"
	"CREATE TABLE outcome (night INTEGER NOT NULL REFERENCES night, kernel TEXT NOT NULL,"
	" topology TEXT NOT NULL, workload TEXT NOT NULL, arm TEXT NOT NULL, outcome TEXT NOT NULL,"
	" cells INTEGER NOT NULL, unproven INTEGER NOT NULL,"
	" PRIMARY KEY (night, kernel, topology, workload, arm, outcome)) STRICT, WITHOUT ROWID;"
	/* One metric of one combination: what may stand in one row of figures. */
	"CREATE TABLE trend (id INTEGER PRIMARY KEY, experiment TEXT NOT NULL, kernel TEXT NOT"
	" NULL, topology TEXT NOT NULL, workload TEXT NOT NULL, arm TEXT NOT NULL, metric TEXT NOT"
	" NULL, unit TEXT NOT NULL, scale TEXT NOT NULL, accelerator TEXT NOT NULL, clock TEXT NOT"
	" NULL, cpus INTEGER NOT NULL, nodes TEXT NOT NULL, host TEXT NOT NULL, setup TEXT NOT"
	" NULL, better TEXT NOT NULL, margin REAL,"
	" UNIQUE (experiment, kernel, topology, workload, arm, metric, unit, scale, accelerator,"
	" clock, cpus, nodes, host, setup)) STRICT;"
	"CREATE TABLE boot (trend INTEGER NOT NULL REFERENCES trend, night INTEGER NOT NULL"
	" REFERENCES night, n INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (trend, night, n))"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX boot_of_night ON boot (night);"
	/* A change point as it was first found: \"night\" is the first at the new level. */
	"CREATE TABLE change (id INTEGER PRIMARY KEY, trend INTEGER NOT NULL REFERENCES trend,"
	" night INTEGER NOT NULL REFERENCES night, before INTEGER NOT NULL REFERENCES night,"
	" found INTEGER NOT NULL REFERENCES night, UNIQUE (trend, night)) STRICT;"
	"CREATE TABLE confirmation (change INTEGER PRIMARY KEY REFERENCES change, night INTEGER"
	" NOT NULL REFERENCES night, asked TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT"
	" NULL,"
	" pairs INTEGER NOT NULL, change_seen REAL, low REAL, high REAL, result TEXT) STRICT;";

static int db_err(struct history *h, struct err *e)
{
	int code = h->db ? sqlite3_errcode(h->db) : SQLITE_NOMEM;
	const char *why = h->db ? sqlite3_errmsg(h->db) : "out of memory";

	if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
		return err_set(e, EIO,
			       "the history %s is damaged (%s); put a backup in its place, or move "
			       "it away and add the results anew with `ramrig history add`",
			       h->path, why);
	return err_set(e, EIO, "the history %s: %s", h->path, why);
}

int history_exec(struct history *h, const char *sql, struct err *e)
{
	return sqlite3_exec(h->db, sql, NULL, NULL, NULL) ? db_err(h, e) : 0;
}

int history_prepare(struct history *h, const char *sql, sqlite3_stmt **ret, struct err *e)
{
	return sqlite3_prepare_v2(h->db, sql, -1, ret, NULL) ? db_err(h, e) : 0;
}

/* A binding that fails leaves a NULL, which the column refuses. */
void history_bind(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
}

int history_step(struct history *h, sqlite3_stmt *s, struct err *e)
{
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return 1;
	rc = rc == SQLITE_DONE ? 0 : db_err(h, e);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc;
}

int history_run(struct history *h, sqlite3_stmt *s, struct err *e)
{
	int rc;

	do {
		rc = history_step(h, s, e);
	} while (rc > 0);
	return rc;
}

int history_end(struct history *h, int rc, struct err *e)
{
	struct err ignored;

	if (!rc)
		rc = history_exec(h, "COMMIT", e);
	if (rc && !sqlite3_get_autocommit(h->db))
		history_exec(h, "ROLLBACK", &ignored);
	return rc;
}

const char *history_text(sqlite3_stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s, column);
}

json_t *history_json(sqlite3_stmt *s, int column)
{
	const char *text = history_text(s, column);

	return text ? json_sentence(text) : json_null();
}

static int ask_number(struct history *h, const char *sql, sqlite3_int64 *ret, struct err *e)
{
	cleanup_stmt sqlite3_stmt *s = NULL;
	int rc = history_prepare(h, sql, &s, e);

	if (!rc)
		rc = history_step(h, s, e);
	if (rc > 0)
		*ret = sqlite3_column_int64(s, 0);
	return rc < 0 ? rc : 0;
}

/* An empty file becomes a history with @create; any other must be one, and of no newer version. */
static int check(struct history *h, bool create, struct err *e)
{
	sqlite3_int64 version = 0, application = 0, tables = 0;
	int rc = ask_number(h, "PRAGMA user_version", &version, e);

	if (!rc)
		rc = ask_number(h, "PRAGMA application_id", &application, e);
	if (!rc)
		rc = ask_number(h, "SELECT count(*) FROM sqlite_schema", &tables, e);
	if (rc)
		return rc;
	if (!tables && !version && create)
		return history_exec(h, schema, e);
	if (application != APPLICATION_ID)
		return err_set(e, EINVAL,
			       "%s is an SQLite file of something else; name another file with "
			       "--db",
			       h->path);
	if (version != HISTORY_SCHEMA)
		return err_set(e, EINVAL,
			       "the history %s has version %lld, and this ramrig knows version "
			       "%d; use the ramrig that wrote it, or name another file with --db",
			       h->path, (long long)version, HISTORY_SCHEMA);
	return 0;
}

/* Within one transaction, so that two that open a new file at once make one history. */
static int check_locked(struct history *h, struct err *e)
{
	int rc = history_exec(h, "BEGIN IMMEDIATE", e);

	return rc ? rc : history_end(h, check(h, true, e), e);
}

static int folder_make(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *folder =
		slash > path ? path_format("%.*s", (int)(slash - path), path) : NULL;

	return folder ? dir_make(folder, 0755, e) : 0;
}

int history_open(const char *path, bool create, struct history **ret, struct err *e)
{
	cleanup_history struct history *h = NULL;
	int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);

	if (!create && access(path, F_OK))
		return err_set(e, ENOENT,
			       "there is no history %s: `ramrig history add RESULT` begins one, "
			       "--db names another",
			       path);
	int rc = create ? folder_make(path, e) : 0;

	if (rc)
		return rc;
	h = calloc(1, sizeof(*h));
	if (!h)
		return err_set(e, ENOMEM, "out of memory for the history");
	h->path = path_format("%s", path);
	if (sqlite3_open_v2(path, &h->db, flags, NULL))
		return db_err(h, e);
	sqlite3_busy_timeout(h->db, BUSY_MS);
	rc = history_exec(h, "PRAGMA foreign_keys = ON", e);
	if (!rc)
		rc = create ? check_locked(h, e) : check(h, false, e);
	if (!rc)
		*ret = take_ptr(h);
	return rc;
}

void history_close(struct history *h)
{
	if (!h)
		return;
	sqlite3_close_v2(h->db);
	free(h->path);
	free(h);
}
