/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "agent/spawn.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/ranges.h"

#ifndef MPOL_WEIGHTED_INTERLEAVE
#define MPOL_WEIGHTED_INTERLEAVE 6	/* include/uapi/linux/mempolicy.h, since 6.9 */
#endif
#define NODES_MAX 64	/* of one word of the mask */
#define HAS_MEMORY "/sys/devices/system/node/has_memory"

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#endif

static const struct {
	const char *name, *value;
} base_env[] = {
	{ "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
	{ "HOME", "/root" },
	{ "LANG", "C.UTF-8" },
	{ "TERM", "linux" },
};

/* Goes through exec_fd; a write of less than PIPE_BUF is whole or nothing. */
struct failure {
	int code;
	char what[256];
};

int spawn_check(const struct spawn *s, struct err *e)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_array(s->argv) || !json_array_size(s->argv))
		return err_set(e, EINVAL, "argv is not a list with a program in it");
	json_array_foreach(s->argv, i, value)
		if (!json_is_string(value))
			return err_set(e, EINVAL, "argv[%zu] is not a string", i);
	if (s->env && !json_is_object(s->env))
		return err_set(e, EINVAL, "env is not an object");
	json_object_foreach((json_t *)s->env, key, value)
		if (!json_is_string(value) || !*key || strchr(key, '='))
			return err_set(e, EINVAL, "env '%s' is not a string by its name", key);
	if (s->mempolicy && strcmp(s->mempolicy, "weighted-interleave"))
		return err_set(e, EINVAL, "there is no mempolicy '%s'", s->mempolicy);
	if (s->cgroup && (!*s->cgroup || *s->cgroup == '.' || strchr(s->cgroup, '/')))
		return err_set(e, EINVAL, "cgroup '%s' is not one folder name", s->cgroup);
	return 0;
}

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(int exec_fd, const char *fmt, ...)
{
	struct failure f = { .code = errno };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f.what, sizeof(f.what), fmt, ap);
	va_end(ap);
	ssize_t n = write(exec_fd, &f, sizeof(f));
	_exit(n == sizeof(f) ? 127 : 126);
}

static void cgroup_join(const char *folder, int exec_fd)
{
	cleanup_free char *path = path_format("%s/cgroup.procs", folder);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d", getpid()) < 0)
		fail(exec_fd, "cannot join the cgroup %s", folder);
}

/* Over all nodes with memory; what each weighs is said in /sys/kernel/mm/mempolicy. */
static void mempolicy_set(int exec_fd)
{
	char text[256] = "";
	cleanup_close int fd = open(HAS_MEMORY, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		fail(exec_fd, "cannot read " HAS_MEMORY);
	struct err e;
	uint64_t mask = 0;

	text[strcspn(text, "\n")] = '\0';
	if (ranges_check(text, &e)) {
		errno = e.code;
		fail(exec_fd, HAS_MEMORY " holds no list of nodes");
	}
	for (unsigned node = 0; node < NODES_MAX; node++)
		mask |= (uint64_t)ranges_has(text, node) << node;
	if (!syscall(SYS_set_mempolicy, MPOL_WEIGHTED_INTERLEAVE, &mask, NODES_MAX + 1))
		return;
	/* A kernel before 6.9: told apart from a program that fails. */
	errno = EOPNOTSUPP;
	fail(exec_fd, "this kernel cannot interleave memory by weight");
}

/* The descriptors are opened before the root changes: its /dev may be bare. */
static void stdio_set(const struct spawn *s, int out, int exec_fd)
{
	int in = open(s->tty ? s->tty : "/dev/null", O_RDWR | O_CLOEXEC);

	if (in < 0)
		fail(exec_fd, "cannot open %s", s->tty ? s->tty : "/dev/null");
	if (s->tty && ioctl(in, TIOCSCTTY, 1))
		fail(exec_fd, "cannot make %s the controlling terminal", s->tty);
	if (dup2(in, 0) < 0 || dup2(s->tty ? in : out, 1) < 0 || dup2(s->tty ? in : out, 2) < 0)
		fail(exec_fd, "cannot set up standard input and output");
}

static void env_set(const json_t *env, int exec_fd)
{
	const char *key;
	json_t *value;
	int rc = clearenv();

	for (size_t i = 0; i < ARRAY_SIZE(base_env); i++)
		rc |= setenv(base_env[i].name, base_env[i].value, 1);
	json_object_foreach((json_t *)env, key, value)
		rc |= setenv(key, json_string_value(value), 1);
	if (rc)
		fail(exec_fd, "cannot set the environment");
}

/* In the new process: never returns. */
static void __attribute__((noreturn)) child_run_job(const struct agent_config *c,
						    const struct spawn *s, const char *cgroup,
						    int out, int exec_fd)
{
	size_t argc = json_array_size(s->argv);
	char **argv = calloc(argc + 1, sizeof(*argv));
	sigset_t none;

	if (!argv)
		fail(exec_fd, "no memory for the arguments");
	for (size_t i = 0; i < argc; i++)
		argv[i] = (char *)json_string_value(json_array_get(s->argv, i));
	if (!c->is_init)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (cgroup)
		cgroup_join(cgroup, exec_fd);
	stdio_set(s, out, exec_fd);
	if (s->mempolicy)
		mempolicy_set(exec_fd);
	if (s->in_root && chroot(c->sysroot))
		fail(exec_fd, "cannot change the root to %s", c->sysroot);
	if ((s->in_root || s->cwd) && chdir(s->cwd ? s->cwd : "/"))
		fail(exec_fd, "cannot change to the folder %s", s->cwd ? s->cwd : "/");
	if (s->merge_any && prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0)) {
		/* A kernel before 6.4, or without KSM: told apart from a program that fails. */
		errno = EOPNOTSUPP;
		fail(exec_fd, "this kernel cannot merge the memory of a whole process");
	}
	env_set(s->env, exec_fd);
	execvp(argv[0], argv);
	fail(exec_fd, "cannot run %s", argv[0]);
}

static int pipe_open(int fds[static 2], struct err *e)
{
	if (pipe2(fds, O_CLOEXEC))
		return err_set(e, errno, "cannot create a pipe: %m");
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK)) {
		close(fds[0]);
		close(fds[1]);
		return err_set(e, errno, "cannot set up a pipe: %m");
	}
	return 0;
}

int spawn_start(const struct agent_config *c, const struct spawn *s, struct spawned *ret,
		struct err *e)
{
	cleanup_free char *cgroup = s->cgroup ? path_format("%s/%s", c->cgroup_base, s->cgroup) :
						NULL;
	int fds[2] = { -1, -1 };

	if (cgroup && mkdir(cgroup, 0755) && errno != EEXIST)
		return err_set(e, errno, "cannot create the cgroup %s: %m", cgroup);
	int rc = pipe_open(fds, e);
	if (rc)
		return rc;
	cleanup_close int exec_ours = fds[0];
	cleanup_close int exec_theirs = fds[1];
	cleanup_close int out_ours = -1;
	cleanup_close int out_theirs = -1;
	if (!s->tty) {
		rc = pipe_open(fds, e);
		if (rc)
			return rc;
		out_ours = fds[0];
		out_theirs = fds[1];
	}
	pid_t pid = fork();
	if (pid < 0)
		return err_set(e, errno, "cannot fork: %m");
	if (!pid)
		child_run_job(c, s, cgroup, out_theirs, exec_theirs);
	*ret = (struct spawned){ pid, take_fd(out_ours), take_fd(exec_ours) };
	return 0;
}

int spawn_result(int exec_fd, struct err *e)
{
	struct failure f;
	ssize_t n = read(exec_fd, &f, sizeof(f));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (n != sizeof(f))
		return 0;
	errno = f.code;
	return err_set(e, f.code, "%s: %m", f.what);
}
