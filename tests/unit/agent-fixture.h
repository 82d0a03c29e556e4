/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_FIXTURE_H
#define RAMRIG_AGENT_FIXTURE_H

/*
 * The agent on this host, in a process of its own, behind a socket, with all
 * its places below a temporary folder. Include it after cmocka.h.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "agent/agent.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/json.h"
#include "proto/link.h"

#define CALL_MS 20000

struct fixture {
	char dir[64];
	int fd;
	pid_t pid;
	struct link *link;
	json_t *events;		/* all that came, in order */
};

static inline void fixture_on_event(const json_t *event, void *arg)
{
	struct fixture *f = arg;

	json_array_append(f->events, (json_t *)event);
}

static inline void __attribute__((noreturn)) fixture_serve(const struct fixture *f, int fd)
{
	cleanup_free char *sysroot = path_format("%s/sysroot", f->dir);
	cleanup_free char *cgroup = path_format("%s/cgroup", f->dir);
	cleanup_free char *modules = path_format("%s/modules", f->dir);
	const struct agent_config config = {
		.root_fd = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC),
		.sysroot = sysroot,
		.cgroup_base = cgroup,
		.modules_dir = modules,
	};
	struct err e;

	_exit(agent_serve_fd(&config, fd, &e) ? 1 : 0);
}

/* Writes @text to the file @name of the fixture's folder, making its folders. */
static inline void fixture_put(const struct fixture *f, const char *name, const char *text)
{
	cleanup_free char *path = path_format("%s/%s", f->dir, name);
	cleanup_free char *folder = path_format("%s", path);
	struct err e;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(dir_make(folder, 0755, &e), 0);
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	json_t *hello;
	struct err e;
	int fds[2];

	snprintf(f->dir, sizeof(f->dir), "/tmp/ramrig-agent-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	fixture_put(f, "cgroup/server/cgroup.procs", "");
	fixture_put(f, "sysroot/in-root", "yes\n");
	fixture_put(f, "modules/none", "");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	f->pid = fork();
	if (!f->pid) {
		close(fds[0]);
		fixture_serve(f, fds[1]);
	}
	close(fds[1]);
	f->fd = fds[0];
	f->events = json_array();
	assert_int_equal(link_new(f->fd, -1, &f->link, &e), 0);
	link_set_event_handler(f->link, fixture_on_event, f);
	assert_int_equal(link_hello(f->link, clock_now_ms() + CALL_MS, &hello, &e), 0);
	json_decref(hello);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	struct err e;
	int status = -1;

	link_free(f->link);
	close(f->fd);
	waitpid(f->pid, &status, 0);
	json_decref(f->events);
	dir_remove(f->dir, &e);
	free(f);
	/* The agent ends by itself, and a sanitiser has no complaint, when its host goes. */
	return status;
}

/* A request that must succeed; the result must be decref'd. */
static inline json_t *ask(struct fixture *f, const char *verb, json_t *params)
{
	struct err e = { 0 };
	json_t *result = NULL;

	if (link_call(f->link, verb, params, clock_now_ms() + CALL_MS, &result, &e))
		fail_msg("%s: %s", verb, e.msg);
	return result;
}

/* A request whose result is of no interest. */
static inline void tell(struct fixture *f, const char *verb, json_t *params)
{
	json_decref(ask(f, verb, params));
}

/* A request that must fail; returns its -errno. */
static inline int refuse(struct fixture *f, const char *verb, json_t *params, struct err *e)
{
	json_t *result = NULL;
	int rc = link_call(f->link, verb, params, clock_now_ms() + CALL_MS, &result, e);

	json_decref(result);
	assert_true(link_answered(f->link));
	return rc;
}

/* Starts a shell script as a job; returns its number. */
static inline json_int_t start_script(struct fixture *f, const char *script)
{
	cleanup_json json_t *r = ask(f, "job-start", json_pack("{s:s, s:[sss]}", "name", "script",
							       "argv", "sh", "-c", script));

	assert_true(json_int_or(r, "pid", 0) > 1);
	return json_int_or(r, "job", -1);
}

static inline json_t *wait_job(struct fixture *f, json_int_t job)
{
	return ask(f, "job-wait", json_pack("{s:I, s:i}", "job", job, "timeout_ms", 10000));
}

#endif
