/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/lib/command.h"

#define LINE_MAX_BYTES 128

static int address_set(struct sockaddr_un *a, const char *path, struct err *e)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ENAMETOOLONG, "the path of the socket is too long: %.100s", path);
	memcpy(a->sun_path, path, strlen(path));
	return 0;
}

int command_listen(const char *path, int *ret_fd, struct err *e)
{
	struct sockaddr_un a;
	int rc = address_set(&a, path, e);

	if (rc)
		return rc;
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 8))
		return err_set(e, errno, "cannot listen on %s: %m", path);
	*ret_fd = take_fd(fd);
	return 0;
}

static void client_serve(int fd, command_fn run, void *arg)
{
	cleanup_fclose FILE *in = fdopen(dup(fd), "r");
	cleanup_fclose FILE *out = fdopen(fd, "w");
	char line[LINE_MAX_BYTES];
	struct err e;

	if (!in || !out || !fgets(line, sizeof(line), in))
		return;
	line[strcspn(line, "\n")] = '\0';
	if (run(arg, line, out, &e))
		fprintf(out, "! %s\n", e.msg);
	else
		fputs(".\n", out);
}

int command_serve(int fd, command_fn run, void *arg, struct err *e)
{
	signal(SIGPIPE, SIG_IGN);	/* a client that has gone is no reason to die */
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (client >= 0)
			client_serve(client, run, arg);
		else if (errno != EINTR && errno != ECONNABORTED)
			return err_set(e, errno, "cannot take a client: %m");
	}
}

/* The line that says how it ended is kept back. */
static int answer_take(FILE *in, const char *name, struct err *e)
{
	cleanup_free char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, in)) > 0) {
		if (!strcmp(line, ".\n"))
			return 0;
		if (!strncmp(line, "! ", 2))
			return err_set(e, EIO, "%.*s", (int)strcspn(line + 2, "\n"), line + 2);
		fputs(line, stdout);
	}
	return err_set(e, EPIPE, "the process of %s ended before it had answered", name);
}

int command_ask(const char *path, const char *name, const char *line, struct err *e)
{
	struct sockaddr_un a;
	int rc = address_set(&a, path, e);

	if (rc)
		return rc;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_fclose FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!in || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return err_set(e, errno, "no %s serves on %s: %m", name, path);
	if (dprintf(fd, "%s\n", line) < 0)
		return err_set(e, errno, "cannot command the process of %s: %m", name);
	return answer_take(in, name, e);
}
