/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "agent/source-parse.h"
#include "agent/source.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/json.h"
#include "proto/protocol.h"

/* Looking for a thread goes through all of /proc. */
#define THREAD_SEARCH_MS 1000
/*
 * Most searches look only at processes younger than the last search: a kernel
 * thread gets its name as it is made. Every so often all are looked at, since
 * process numbers wrap around.
 */
#define FULL_SEARCH_EVERY 30
/*
 * A read that brought less is the whole file: seq_file fills a page as long as
 * the next line fits, and none of ours is half a page long.
 */
#define SHORT_READ 2048
#define COMM_MAX 64

struct source {
	const struct kind *kind;
	char *name, *path;		/* path without its leading '/' */
	struct source_key *keys;
	size_t n_keys;
	int fd;				/* -1 while absent */
	int64_t search_ms;		/* when a thread may be looked for again */
	unsigned searches;
	long seen_pid;			/* the greatest that a search has looked at */
};

/* What the keys of a source say: a name, a name's place ("-" is no column), "NAME=/PATH", "NAME.N0". */
enum key_form { KEY_NONE, KEY_NAME, KEY_PLACE, KEY_PATH, KEY_NODE };

struct kind {
	const char *name;
	int (*open)(struct source *s, int root_fd);
	void (*parse)(struct source *s, const char *text, struct sample_value *values);
	enum key_form form;
	const char *const *columns;	/* of KEY_NONE: what follows the name */
	size_t n_columns;
};

static int file_open(struct source *s, int root_fd)
{
	return openat(root_fd, s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Whether the folder @pid of @proc_fd is the kernel thread @comm: those have no command line. */
static bool is_thread(int proc_fd, const char *pid, const char *comm)
{
	char path[64], text[COMM_MAX];

	snprintf(path, sizeof(path), "%.20s/comm", pid);
	cleanup_close int comm_fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = comm_fd < 0 ? -1 : read(comm_fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n - (text[n - 1] == '\n')] = '\0';
	if (strcmp(text, comm))
		return false;
	snprintf(path, sizeof(path), "%.20s/cmdline", pid);
	cleanup_close int line_fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	return line_fd >= 0 && read(line_fd, text, 1) == 0;
}

/* Returns the thread's open stat, or -1. Raises *seen_pid, up to which it looks at nothing. */
static int thread_search(const char *comm, int root_fd, long *seen_pid)
{
	long newest = *seen_pid;
	int proc_fd = openat(root_fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = proc_fd < 0 ? NULL : fdopendir(proc_fd);
	struct dirent *d;
	int fd = -1;

	if (!dir) {
		if (proc_fd >= 0)
			close(proc_fd);
		return -1;
	}
	while (fd < 0 && (d = readdir(dir))) {
		char path[64];
		long pid = strtol(d->d_name, NULL, 10);

		if (pid <= *seen_pid)
			continue;
		if (pid > newest)
			newest = pid;
		if (!is_thread(proc_fd, d->d_name, comm))
			continue;
		snprintf(path, sizeof(path), "%.20s/stat", d->d_name);
		fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	}
	closedir(dir);
	*seen_pid = newest;
	return fd;
}

static int thread_open(struct source *s, int root_fd)
{
	int64_t now = clock_now_ms();

	if (now < s->search_ms)
		return -1;
	s->search_ms = now + THREAD_SEARCH_MS;
	if (s->searches++ % FULL_SEARCH_EVERY == 0)
		s->seen_pid = 0;
	int fd = thread_search(s->path, root_fd, &s->seen_pid);
	/* Once found and gone, it is any process's number: start over. */
	if (fd >= 0)
		s->searches = 0;
	return fd;
}

static void value_fill(struct source *s, const char *text, struct sample_value *values)
{
	(void)s;
	values[0] = value_parse(text);
}

static void keyed_fill(struct source *s, const char *text, struct sample_value *values)
{
	keyed_parse(text, s->keys, s->n_keys, values);
}

static void fields_fill(struct source *s, const char *text, struct sample_value *values)
{
	fields_parse(text, s->keys, s->n_keys, values);
}

static void numa_fill(struct source *s, const char *text, struct sample_value *values)
{
	numa_parse(text, s->keys, s->n_keys, values);
}

static void swaps_fill(struct source *s, const char *text, struct sample_value *values)
{
	swaps_parse(text, s->keys, s->n_keys, values);
}

static void psi_fill(struct source *s, const char *text, struct sample_value *values)
{
	(void)s;
	psi_parse(text, values);
}

static void thread_fill(struct source *s, const char *text, struct sample_value *values)
{
	(void)s;
	values[0] = stat_parse(text, sysconf(_SC_CLK_TCK));
}

static const char *const no_suffix[] = { "" };
static const char *const psi_suffixes[] = { ".some_us", ".full_us" };

static const struct kind kinds[] = {
	{ "value", file_open, value_fill, KEY_NONE, no_suffix, 1 },
	{ "keyed", file_open, keyed_fill, KEY_NAME, NULL, 0 },
	{ "fields", file_open, fields_fill, KEY_PLACE, NULL, 0 },
	{ "numa", file_open, numa_fill, KEY_NODE, NULL, 0 },
	{ "swaps", file_open, swaps_fill, KEY_PATH, NULL, 0 },
	{ "psi", file_open, psi_fill, KEY_NONE, psi_suffixes, 2 },
	{ "thread", thread_open, thread_fill, KEY_NONE, no_suffix, 1 },
};

static const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/* Takes "KEY=/PATH" apart. */
static bool key_split(struct source_key *k)
{
	char *equals = strstr(k->name, "=/");

	if (!equals || equals == k->name)
		return false;
	*equals = '\0';
	k->path = equals + 1;
	k->len = strlen(k->name);
	return true;
}

/* Finds the node in "KEY.N0". */
static bool key_find_node(struct source_key *k)
{
	const char *dot = strrchr(k->name, '.');

	if (!dot || dot == k->name || dot[1] != 'N')
		return false;
	k->node = dot + 1;
	k->len = (size_t)(dot - k->name);
	return true;
}

static int keys_take(struct source *s, const json_t *keys, struct err *e)
{
	json_t *key;
	size_t i;

	if (!json_is_array(keys) || !json_array_size(keys))
		return err_set(e, EINVAL, "source %s needs a list of keys", s->name);
	s->keys = calloc(json_array_size(keys), sizeof(*s->keys));
	if (!s->keys)
		return err_set(e, ENOMEM, "out of memory for the keys of %s", s->name);
	json_array_foreach(keys, i, key) {
		const char *name = json_string_value(key);

		if (!name || !*name)
			return err_set(e, EINVAL, "source %s: key %zu is no name", s->name, i);
		if (s->kind->form == KEY_PLACE && !strcmp(name, "-"))
			continue;
		struct source_key *k = &s->keys[s->n_keys++];

		*k = (struct source_key){ path_format("%s", name), strlen(name), i, NULL, NULL };
		if (s->kind->form == KEY_PATH && !key_split(k))
			return err_set(e, EINVAL, "source %s: key %s has no '=/' with a device",
				       s->name, name);
		if (s->kind->form == KEY_NODE && !key_find_node(k))
			return err_set(e, EINVAL, "source %s: key %s names no node, such as anon.N0",
				       s->name, name);
	}
	return 0;
}

int source_new(const json_t *j, struct source **ret, struct err *e)
{
	const char *name, *kind, *path;
	json_t *keys = NULL;
	json_error_t je;

	if (json_unpack_ex((json_t *)j, &je, JSON_STRICT, "{s:s, s:s, s:s, s?o}", "name", &name,
			   "kind", &kind, "path", &path, "keys", &keys))
		return err_set(e, EINVAL, "a source cannot be read: %s", je.text);
	if (!kind_find(kind))
		return err_set(e, EINVAL, "source %s: there is no kind '%s'", name, kind);
	struct source *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ENOMEM, "out of memory for source %s", name);
	s->kind = kind_find(kind);
	s->name = path_format("%s", name);
	s->path = path_format("%s", path + strspn(path, "/"));
	s->fd = -1;
	int rc = s->kind->form == KEY_NONE ? 0 : keys_take(s, keys, e);
	if (rc) {
		source_free(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_keys; i++)
		free(s->keys[i].name);
	if (s->fd >= 0)
		close(s->fd);
	free(s->keys);
	free(s->name);
	free(s->path);
	free(s);
}

size_t source_columns(const struct source *s)
{
	return s->kind->columns ? s->kind->n_columns : s->n_keys;
}

void source_name_columns(const struct source *s, json_t *names)
{
	for (size_t i = 0; i < source_columns(s); i++)
		json_array_append_new(names, s->kind->columns ?
			json_sprintf("%s%s", s->name, s->kind->columns[i]) :
			json_sprintf("%s.%s", s->name, s->keys[i].name));
}

/* Returns whether the whole file is in @buf; an open file may be one that has gone. */
static bool file_fetch(struct source *s, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		ssize_t n = pread(s->fd, buf + len, size - 1 - len, (off_t)len);

		if (n < 0)
			return false;
		len += (size_t)n;
		if (!n || len < SHORT_READ) {
			buf[len] = '\0';
			return true;
		}
	}
	return false;
}

static bool source_fetch(struct source *s, int root_fd, char *buf, size_t size)
{
	if (s->fd >= 0 && file_fetch(s, buf, size))
		return true;
	if (s->fd >= 0)
		close(take_fd(s->fd));
	s->fd = s->kind->open(s, root_fd);
	return s->fd >= 0 && file_fetch(s, buf, size);
}

void source_read(struct source *s, int root_fd, char *buf, size_t buf_size,
		 struct sample_value *values)
{
	if (source_fetch(s, root_fd, buf, buf_size)) {
		s->kind->parse(s, buf, values);
		return;
	}
	for (size_t i = 0; i < source_columns(s); i++)
		values[i] = (struct sample_value){ 0 };
}
