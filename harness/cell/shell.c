/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "cell/boot.h"
#include "cell/bring-up.h"
#include "cell/work.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "result/outcome.h"

#define SHELL_MS (24LL * 3600 * 1000)
#define CONTROL_D 4

/* Carries bytes between this terminal and the guest's console, in a thread of its own. */
struct bridge {
	int console;
	int quit;		/* an eventfd */
	bool raw;
	struct termios before;
};

static bool send_bytes(int fd, const char *bytes, ssize_t n)
{
	while (n > 0) {
		ssize_t sent = write(fd, bytes, (size_t)n);

		if (sent < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			poll(&p, 1, 1000);
			continue;
		}
		if (sent <= 0)
			return false;
		bytes += sent;
		n -= sent;
	}
	return true;
}

static void *bridge_run(void *arg)
{
	static const char end[] = { CONTROL_D };
	struct bridge *b = arg;
	struct pollfd p[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = b->console, .events = POLLIN },
		{ .fd = b->quit, .events = POLLIN },
	};

	while (poll(p, ARRAY_SIZE(p), -1) >= 0 || errno == EINTR) {
		char buf[4096];
		ssize_t n;

		if (p[1].revents) {
			n = read(b->console, buf, sizeof(buf));
			if ((n < 0 && errno != EAGAIN) || !n ||
			    (n > 0 && !send_bytes(STDOUT_FILENO, buf, n)))
				break;
			continue;	/* all the guest has to say before the end */
		}
		if (p[2].revents)
			break;
		if (p[0].revents) {
			n = read(STDIN_FILENO, buf, sizeof(buf));
			if (n <= 0)
				p[0].fd = -1;
			if (!send_bytes(b->console, n > 0 ? buf : end, n > 0 ? n : 1))
				break;
		}
	}
	return NULL;
}

static void terminal_raw(struct bridge *b)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &b->before))
		return;
	raw = b->before;
	cfmakeraw(&raw);
	b->raw = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* The guest's terminal takes this one's size; bash where the image has it. */
static json_t *shell_params(void)
{
	struct winsize w = { .ws_row = 24, .ws_col = 80 };
	const char *term = getenv("TERM");

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
	cleanup_free char *script = path_format("stty rows %u cols %u; exec bash -l || exec sh -l",
						w.ws_row, w.ws_col);
	return json_pack("{s:s, s:[s,s,s], s:b, s:s, s:{s:s}}", "name", "shell", "argv", "/bin/sh",
			 "-c", script, "root", true, "tty", "/dev/hvc0", "env", "TERM",
			 term ? term : "dumb");
}

static int talk(struct guest *g, struct err *e)
{
	cleanup_close int console = -1;
	cleanup_close int quit = eventfd(0, EFD_CLOEXEC);
	cleanup_json json_t *job = NULL;
	pthread_t thread;
	int rc = session_open_console(g->session, &console, e);

	if (!rc)
		rc = guest_call(g, "job-start", shell_params(), &job, e);
	if (rc)
		return rc;
	struct bridge b = { .console = console, .quit = quit };

	terminal_raw(&b);
	rc = pthread_create(&thread, NULL, bridge_run, &b);
	if (rc)
		return err_set(e, rc, "cannot start the terminal's thread: %s", strerror(rc));
	rc = link_call(g->link, "job-wait",
		       json_pack("{s:I, s:I}", "job", json_int_or(job, "job", 0), "timeout_ms",
				 (json_int_t)SHELL_MS),
		       clock_now_ms() + SHELL_MS, NULL, e);
	poll(NULL, 0, 100);	/* the console's last bytes come by another way than the answer */
	eventfd_write(quit, 1);
	pthread_join(thread, NULL);
	if (b.raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &b.before);
	return rc;
}

int work_shell(const struct workdir *w, const struct account_share *shares, void *arg)
{
	const struct work *k = arg;
	cleanup_free char *out = path_format("%s/out", w->run);
	struct guest *g = NULL;
	struct err e = { 0 };
	int rc = dir_make(out, 0755, &e);
	struct guest_opts o = boot_opts(w, shares, k, out);

	o.interactive = true;
	if (!rc)
		rc = guest_boot(&o, &g, &e);
	if (!rc)
		rc = guest_mount_root(g, &o, &e);
	/* What does not come up is what one wants to look at. */
	if (!rc && bring_up(g, k->topology, &e))
		fprintf(stderr, "ramrig: warning: %s\n", e.msg);
	if (!rc)
		rc = talk(g, &e);
	/* Whoever powers the guest off, or kills it, has left the shell, too. */
	if (rc && g && session_why(g->session) != SESSION_RUNNING && g->hello)
		rc = 0;
	guest_free(g);
	if (rc)
		fprintf(stderr, "ramrig: %s\n", e.msg);
	return rc ? EXIT_RIG : EXIT_WELL;
}
