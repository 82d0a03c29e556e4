/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "agent/tail.h"
#include "agent/verbs.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "proto/protocol.h"

/* Below agent_config.root_fd. */
#define TRACEFS "sys/kernel/tracing"
#define BUFFER_KIB_MAX (1U << 20)
#define STATS_BYTES_MAX 4096
/* Tasks whose names are remembered; 128 as the kernel has it, and those of others are lost. */
#define NAMES "4096"
/*
 * A read of trace_pipe gives whole lines, as many as the kernel's own buffer of one
 * or two pages holds; into less room than that it would cut one, and drop the rest
 * when the file is closed.
 */
#define PIPE_ROOM (128U << 10)

static int trace_open(const struct agent_config *c, const char *file, int flags, int *ret,
		      struct err *e)
{
	cleanup_free char *path = path_format(TRACEFS "/%s", file);
	int fd = openat(c->root_fd, path, flags | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(e, errno, "cannot open /%s: %m", path);
	*ret = fd;
	return 0;
}

static int trace_put(const struct agent_config *c, const char *file, const char *text, struct err *e)
{
	cleanup_close int fd = -1;
	int rc = trace_open(c, file, O_WRONLY, &fd, e);

	if (!rc && write(fd, text, strlen(text)) < 0)
		rc = err_set(e, errno, "cannot write '%s' to /" TRACEFS "/%s: %m", text, file);
	return rc;
}

/* Opening it so is what empties it. */
static int trace_empty(const struct agent_config *c, struct err *e)
{
	cleanup_close int fd = -1;

	return trace_open(c, "trace", O_WRONLY | O_TRUNC, &fd, e);
}

static int event_enable(const struct agent_config *c, const char *event, struct err *e)
{
	cleanup_free char *path = path_format("events/%s/enable", event ? event : "");
	char *colon = strchr(path, ':');

	if (!event || strchr(event, '/') || !colon)
		return err_set(e, EINVAL, "'%s' is no tracepoint", event ? event : "");
	*colon = '/';
	int rc = trace_put(c, path, "1", e);

	return rc == -ENOENT ? err_set(e, ENOENT, "the kernel has no tracepoint %s", event) : rc;
}

/* What comes before an event: off first, since each of these empties or resizes the buffer. */
static int buffer_set(const struct agent_config *c, unsigned kib, struct err *e)
{
	cleanup_free char *size = path_format("%u", kib);
	const struct { const char *file, *text; } settings[] = {
		{ "tracing_on", "0" },
		{ "trace_clock", "mono" },	/* that of samples and windows */
		{ "saved_cmdlines_size", NAMES },
		{ "options/record-cmd", "1" },
		{ "buffer_size_kb", size },
	};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		int rc = trace_put(c, settings[i].file, settings[i].text, e);

		if (rc == -ENOENT && !i)
			return err_set(e, ENOENT, "the kernel cannot trace: it has no /" TRACEFS);
		if (rc)
			return rc;
	}
	return 0;
}

int work_trace_set(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	json_int_t kib;
	json_t *events;
	size_t i;
	int rc = request_unpack(request, e, "{s:o, s:I}", "events", &events, "buffer_kib", &kib);

	if (rc)
		return rc;
	if (!json_array_size(events))
		return err_set(e, EINVAL, "events is no list of tracepoints");
	if (kib < 1 || kib > BUFFER_KIB_MAX)
		return err_set(e, EINVAL, "buffer_kib is not 1 to %u", BUFFER_KIB_MAX);
	rc = buffer_set(c, (unsigned)kib, e);
	for (i = 0; !rc && i < json_array_size(events); i++)
		rc = event_enable(c, json_string_value(json_array_get(events, i)), e);
	if (!rc)
		rc = trace_empty(c, e);
	if (!rc)
		*ret = json_object();
	return rc;
}

int work_trace_start(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	int rc = request_unpack(request, e, "{}");

	if (!rc)
		rc = trace_put(c, "tracing_on", "1", e);
	if (!rc)
		*ret = json_object();
	return rc;
}

struct counts {
	json_int_t entries, lost, cpus;
};

/* The number behind "KEY: " at the start of a line of @text, or 0: not every kernel has all. */
static json_int_t stat_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && line[len] == ':')
			return strtoll(line + len + 1, NULL, 10);
	}
	return 0;
}

static int cpu_count(const struct agent_config *c, const char *cpu, struct counts *to, struct err *e)
{
	cleanup_free char *path = path_format(TRACEFS "/per_cpu/%s/stats", cpu);
	cleanup_free char *text = NULL;
	int rc = file_read(c->root_fd, path, STATS_BYTES_MAX, &text, NULL, e);

	if (rc)
		return rc;
	to->cpus++;
	to->entries += stat_of(text, "entries");
	to->lost += stat_of(text, "overrun") + stat_of(text, "commit overrun") +
		    stat_of(text, "dropped events");
	return 0;
}

static int cpus_count(const struct agent_config *c, struct counts *ret, struct err *e)
{
	int fd = openat(c->root_fd, TRACEFS "/per_cpu", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;
	int rc = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return err_set(e, errno, "cannot list /" TRACEFS "/per_cpu: %m");
	}
	while (!rc && (d = readdir(dir))) {
		if (!strncmp(d->d_name, "cpu", 3))
			rc = cpu_count(c, d->d_name, ret, e);
	}
	closedir(dir);
	return rc;
}

int work_trace_stop(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	struct counts n = { 0 };
	int rc = request_unpack(request, e, "{}");

	if (!rc)
		rc = trace_put(c, "tracing_on", "0", e);
	if (!rc)
		rc = cpus_count(c, &n, e);
	if (!rc)
		*ret = json_pack("{s:I, s:I, s:I}", "entries", n.entries, "lost", n.lost, "cpus",
				 n.cpus);
	return rc;
}

/* Fills @buf, of @size bytes, as far as whole reads fit. */
static int pipe_drain(int fd, char *buf, size_t size, size_t *ret_len, bool *ret_end, struct err *e)
{
	size_t len = 0;

	*ret_end = false;
	while (!*ret_end && size - len >= PIPE_ROOM) {
		ssize_t n = read(fd, buf + len, PIPE_ROOM);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return err_set(e, errno, "cannot read /" TRACEFS "/trace_pipe: %m");
		*ret_end = n <= 0;
		len += n > 0 ? (size_t)n : 0;
	}
	*ret_len = len;
	return 0;
}

int work_trace_read(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	cleanup_free char *buf = NULL;
	cleanup_close int fd = -1;
	json_int_t max_bytes;
	bool end = false;
	size_t len = 0;
	int rc = request_unpack(request, e, "{s:I}", "max_bytes", &max_bytes);

	if (rc)
		return rc;
	if (max_bytes < 2 * PIPE_ROOM || max_bytes > PROTOCOL_TRACE_MAX)
		return err_set(e, EINVAL, "max_bytes is not %u to %u", 2 * PIPE_ROOM,
			       PROTOCOL_TRACE_MAX);
	buf = malloc((size_t)max_bytes);
	if (!buf)
		return err_set(e, ENOMEM, "out of memory for a trace");
	rc = trace_open(c, "trace_pipe", O_RDONLY | O_NONBLOCK, &fd, e);
	if (!rc)
		rc = pipe_drain(fd, buf, (size_t)max_bytes, &len, &end, e);
	if (!rc)
		*ret = json_pack("{s:o, s:b}", "data", text_json(buf, len), "end", end);
	return rc;
}
