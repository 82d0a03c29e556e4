/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A supervisor and workers that end in every way. Run as root, workers become
 * QEMU's account, and one test does without root; run as a user, all stay that user.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "vm/arch.h"
#include "vm/supervise.h"

#define WAIT_S 20
#define RAN 42

static char parent[64];

static struct workdir make(void)
{
	struct workdir w = { .lock_fd = -1 };
	struct err e;

	if (workdir_new(&w, &e))
		fail_msg("%s", e.msg);
	return w;
}

/* Supervises @fn in a work folder of its own. */
static int run(supervise_fn fn, void *arg, struct account_share *shares, size_t n, int *ret_status,
	       struct err *e)
{
	struct workdir w = make();
	struct err ignored;
	int rc = supervise(&w, DRIVER_EMBEDDED, shares, n, fn, arg, ret_status, e);

	assert_int_equal(workdir_remove(&w, &ignored), 0);
	return rc;
}

static int status_of(supervise_fn fn, void *arg)
{
	struct err e = { 0 };
	int status = -1;

	if (run(fn, arg, NULL, 0, &status, &e))
		fail_msg("%s", e.msg);
	return status;
}

static bool gone(pid_t pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

/* A positive number is an exit code, a negative one a signal. */
static int end_so(const struct workdir *w, const struct account_share *shares, void *arg)
{
	int how = *(int *)arg;

	(void)w;
	(void)shares;
	if (how < 0)
		raise(-how);
	return how;
}

static void a_workers_end_is_told(void **state)
{
	static const struct { int how, status; } cases[] = {
		{ 0, 0 }, { 1, 1 }, { 75, 75 }, { -SIGKILL, 128 + SIGKILL }, { -SIGUSR1, 128 + SIGUSR1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int how = cases[i].how;

		print_message("  %d\n", how);
		assert_int_equal(status_of(end_so, &how), cases[i].status);
	}
}

static int look_around(const struct workdir *w, const struct account_share *shares, void *arg)
{
	static const char *const homes[] = { "HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TMPDIR" };
	cleanup_free char *file = path_format("%s/written", w->run);
	uid_t wanted = *(uid_t *)arg;
	struct err e;

	(void)shares;
	if (getuid() != wanted || geteuid() != wanted)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(homes); i++)
		if (!getenv(homes[i]) || strcmp(getenv(homes[i]), w->run))
			return 2;
	return file_write_atomic(file, "x", 1, &e) ? 3 : RAN;
}

static void a_worker_is_the_account_and_at_home_in_the_work_folder(void **state)
{
	uid_t wanted = geteuid() ? geteuid() : getpwnam(RAMRIG_RUN_USER)->pw_uid;
	(void)state;

	assert_int_equal(status_of(look_around, &wanted), RAN);
}

/* Leaves two processes behind, one that ends and one that would stay, and tells of the latter. */
static int leave_orphans(const struct workdir *w, const struct account_share *shares, void *arg)
{
	int *fds = arg;

	(void)w;
	(void)shares;
	for (int i = 0; i < 2; i++) {
		pid_t middle = fork();

		if (!middle) {
			pid_t orphan = fork();

			if (!orphan) {
				setsid();
				if (i)
					sleep(600);
				_exit(0);
			}
			_exit(i && write(fds[1], &orphan, sizeof(orphan)) < 0);
		}
		waitpid(middle, NULL, 0);
	}
	return RAN;
}

static void nobody_is_left_behind(void **state)
{
	pid_t orphan = 0;
	int fds[2];
	(void)state;

	assert_int_equal(pipe(fds), 0);
	int64_t start = clock_now_ms();

	assert_int_equal(status_of(leave_orphans, fds), RAN);
	assert_in_range(clock_now_ms() - start, 0, 4000);
	assert_int_equal(read(fds[0], &orphan, sizeof(orphan)), sizeof(orphan));
	assert_true(gone(orphan));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	close(fds[0]);
	close(fds[1]);
}

/* Asks its supervisor to stop, and says whether it is then told to. */
static int want_to_stop(const struct workdir *w, const struct account_share *shares, void *arg)
{
	const struct timespec limit = { .tv_sec = WAIT_S };
	sigset_t set;

	(void)w;
	(void)shares;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)arg;
	return sigtimedwait(&set, NULL, &limit) == SIGTERM ? RAN : 1;
}

static void a_signal_to_the_supervisor_reaches_the_worker_as_sigterm(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t self = getpid(), teller;

		print_message("  %s\n", strsignal(signals[i]));
		/* Blocked here, too: it must not come before supervise() watches for it. */
		sigset_t set, before;

		sigemptyset(&set);
		sigaddset(&set, signals[i]);
		sigprocmask(SIG_BLOCK, &set, &before);
		teller = fork();
		if (!teller) {
			kill(self, signals[i]);
			_exit(0);
		}
		assert_int_equal(status_of(want_to_stop, NULL), RAN);
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
}

static void the_callers_signals_are_as_before(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGCHLD, SIGUSR1 };
	sigset_t before, after;
	int how = 0;
	(void)state;

	sigprocmask(SIG_BLOCK, NULL, &before);
	status_of(end_so, &how);
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		assert_int_equal(sigismember(&after, signals[i]), sigismember(&before, signals[i]));
}

/* Says in its pipe that it runs, waits for SIGTERM, and says that it got it. */
static int tell_of_stop(const struct workdir *w, const struct account_share *shares, void *arg)
{
	int fd = *(int *)arg;

	if (write(fd, "r", 1) < 0)
		return 1;
	int code = want_to_stop(w, shares, NULL);

	return write(fd, code == RAN ? "s" : "t", 1) < 0;
}

static void a_worker_whose_supervisor_is_killed_is_told_to_stop(void **state)
{
	struct workdir w = make();
	int fds[2], status;
	struct err e;
	char c = 0;
	(void)state;

	assert_int_equal(pipe(fds), 0);
	pid_t supervisor = fork();

	if (!supervisor) {
		struct err ignored;

		close(fds[0]);
		supervise(&w, DRIVER_EMBEDDED, NULL, 0, tell_of_stop, &fds[1], &status, &ignored);
		_exit(0);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(c, 'r');
	kill(supervisor, SIGKILL);
	waitpid(supervisor, NULL, 0);
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(c, 's');
	close(fds[0]);
	assert_int_equal(workdir_remove(&w, &e), 0);
}

static void an_account_that_cannot_be_entered_is_an_error(void **state)
{
	cleanup_free char *missing = path_format("%s/no-such-image", parent);
	struct account_share share = { .path = missing };
	int how = 0, status = -7;
	struct err e = { 0 };
	(void)state;

	assert_true(run(end_so, &how, &share, 1, &status, &e) < 0);
	assert_int_equal(status, -7);
	if (!strstr(e.msg, missing))
		fail_msg("the error '%s' does not name %s", e.msg, missing);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int read_share(const struct workdir *w, const struct account_share *shares, void *arg)
{
	cleanup_free char *text = NULL;
	struct err e;

	(void)w;
	(void)arg;
	if (file_read(AT_FDCWD, shares[0].visible, 100, &text, NULL, &e) || strcmp(text, "cached"))
		return 1;
	if (open(shares[0].visible, O_WRONLY | O_CLOEXEC) >= 0 && !*(uid_t *)arg)
		return 2;
	return RAN;
}

static void a_share_in_a_closed_folder_can_be_read_and_not_written(void **state)
{
	cleanup_free char *closed = path_format("%s/closed", parent);
	cleanup_free char *file = path_format("%s/image", closed);
	struct account_share share = { .path = file };
	uid_t starter = geteuid();
	struct err e = { 0 };
	int status = -1;
	(void)state;

	assert_int_equal(dir_make(closed, 0700, &e), 0);
	assert_int_equal(file_write_atomic(file, "cached", 6, &e), 0);
	assert_int_equal(chmod(file, 0644), 0);
	int rc = run(read_share, &starter, &share, 1, &status, &e);

	free(share.visible);
	if (rc == -EACCES && !starter) {
		print_message("  skipped: no right to mount here: %s\n", e.msg);
		skip();
	}
	assert_int_equal(rc, 0);
	assert_int_equal(status, RAN);
}

static int as_user(void)
{
	const struct passwd *pw = getpwnam(RAMRIG_RUN_USER);
	struct workdir w = { .lock_fd = -1 };
	struct err e;
	int status = -1;

	if (!pw || chown(parent, pw->pw_uid, pw->pw_gid) || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) || workdir_new(&w, &e) ||
	    supervise(&w, DRIVER_EMBEDDED, NULL, 0, look_around, (void *)&pw->pw_uid, &status, &e) ||
	    workdir_remove(&w, &e))
		return 1;
	return status;
}

static void all_of_it_works_without_root(void **state)
{
	int status = -1;
	(void)state;

	if (geteuid()) {
		print_message("  skipped: all the other tests ran without root\n");
		skip();
	}
	pid_t pid = fork();

	if (!pid)
		_exit(as_user());
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), RAN);
}

static int setup(void **state)
{
	(void)state;
	snprintf(parent, sizeof(parent), "/tmp/supervise-XXXXXX");
	return !mkdtemp(parent) || chmod(parent, 0755) ? -1 : setenv("TMPDIR", parent, 1);
}

static int teardown(void **state)
{
	struct err e;
	(void)state;
	return dir_remove(parent, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_workers_end_is_told),
		cmocka_unit_test(a_worker_is_the_account_and_at_home_in_the_work_folder),
		cmocka_unit_test(nobody_is_left_behind),
		cmocka_unit_test(a_signal_to_the_supervisor_reaches_the_worker_as_sigterm),
		cmocka_unit_test(the_callers_signals_are_as_before),
		cmocka_unit_test(a_worker_whose_supervisor_is_killed_is_told_to_stop),
		cmocka_unit_test(an_account_that_cannot_be_entered_is_an_error),
		cmocka_unit_test(a_share_in_a_closed_folder_can_be_read_and_not_written),
		cmocka_unit_test(all_of_it_works_without_root),
	};

	return cmocka_run_group_tests_name("supervise", tests, setup, teardown);
}
