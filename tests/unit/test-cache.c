/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "image/cache.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define HASH "0123456789abcdef"
#define DAY 86400

/* What a build of these tests does; it counts itself in a file of the cache. */
struct plan {
	int rc;			/* what it returns */
	const char *log;	/* what it writes to build.log, or NULL */
	int pause_ms;
	int signal_fd;		/* written to once it has begun, or -1 */
};

static void count_build(void)
{
	cleanup_free char *path = path_format("%s/builds", getenv("XDG_CACHE_HOME"));
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);

	assert_int_equal(write(fd, "x", 1), 1);
}

static size_t builds(void)
{
	cleanup_free char *path = path_format("%s/builds", getenv("XDG_CACHE_HOME"));
	struct stat st;

	return stat(path, &st) ? 0 : (size_t)st.st_size;
}

static void put(const char *dir, const char *name, const char *text)
{
	cleanup_free char *path = path_format("%s/%s", dir, name);
	struct err e;

	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

/* Whether BEFORE NAME-HASH AFTER is there, below the cache's root. */
static bool exists(const char *before, const char *name, const char *after)
{
	cleanup_free char *path = path_format("%s/ramrig/%s%s-" HASH "%s",
					      getenv("XDG_CACHE_HOME"), before, name, after);

	return !access(path, F_OK);
}

static int build(const char *dir, void *arg, struct err *e)
{
	const struct plan *p = arg;

	count_build();
	put(dir, "half", "made");
	if (p->signal_fd >= 0)
		assert_int_equal(write(p->signal_fd, "x", 1), 1);
	usleep((useconds_t)p->pause_ms * 1000);
	if (p->log)
		put(dir, "build.log", p->log);
	put(dir, "whole", "made");
	return p->rc ? err_set(e, -p->rc, "the build failed") : 0;
}

static int ensure(const char *name, struct plan *p, char **dir, bool *built, struct err *e)
{
	return cache_ensure("image", name, HASH, build, p, dir, built, e);
}

static void an_entry_is_built_once_and_then_used(void **state)
{
	struct plan p = { .signal_fd = -1 };
	cleanup_free char *first = NULL;
	cleanup_free char *second = NULL;
	bool built = false;
	struct stat st;
	struct err e;

	(void)state;
	assert_int_equal(ensure("once", &p, &first, &built, &e), 0);
	assert_true(built);
	assert_int_equal(ensure("once", &p, &second, &built, &e), 0);
	assert_false(built);
	assert_string_equal(first, second);
	assert_int_equal(builds(), 1);
	assert_true(exists("image/", "once", "/whole"));
	/* QEMU, another user, has to get there. */
	assert_int_equal(stat(first, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
}

static void a_failed_build_leaves_only_its_log_and_names_it(void **state)
{
	struct plan p = { .rc = -EIO, .log = "what went wrong\n", .signal_fd = -1 };
	cleanup_json json_t *removed = NULL;
	char *dir = NULL;
	struct err e;

	(void)state;
	assert_int_equal(ensure("broken", &p, &dir, NULL, &e), -EIO);
	assert_null(dir);
	assert_non_null(strstr(e.msg, "the build failed (log: "));
	assert_non_null(strstr(e.msg, "/log/image-broken-" HASH ".log"));
	assert_true(exists("log/image-", "broken", ".log"));
	assert_int_equal(cache_prune(1, false, &removed, &e), 0);
	assert_true(exists("log/image-", "broken", ".log"));
	assert_false(exists("image/", "broken", ""));
	assert_false(exists("tmp/image-", "broken", ""));
	assert_false(exists("lock/image-", "broken", ""));
}

/* Starts a build in another process; returns once it has begun. */
static pid_t start_build(const char *name, struct plan p)
{
	int fds[2];
	char c;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		char *dir = NULL;
		struct err e;

		p.signal_fd = fds[1];
		_exit(ensure(name, &p, &dir, NULL, &e) ? 1 : 0);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	close(fds[0]);
	return pid;
}

static void a_killed_build_leaves_nothing_after_the_next_one(void **state)
{
	pid_t pid = start_build("killed", (struct plan){ .pause_ms = 60000 });
	struct plan p = { .signal_fd = -1 };
	cleanup_free char *dir = NULL;
	bool built = false;
	struct err e;
	int status;

	(void)state;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	assert_true(exists("tmp/image-", "killed", "/half"));
	assert_false(exists("image/", "killed", ""));
	assert_int_equal(ensure("killed", &p, &dir, &built, &e), 0);
	assert_true(built);
	assert_false(exists("tmp/image-", "killed", ""));
	assert_true(exists("image/", "killed", "/whole"));
}

static void two_builders_of_one_entry_make_it_once(void **state)
{
	pid_t pid = start_build("shared", (struct plan){ .pause_ms = 400 });
	struct plan p = { .signal_fd = -1 };
	cleanup_free char *dir = NULL;
	bool built = true;
	struct err e;
	int status;

	(void)state;
	assert_int_equal(ensure("shared", &p, &dir, &built, &e), 0);
	assert_false(built);
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(builds(), 1);
	assert_false(exists("lock/image-", "shared", ""));
}

static void make_unused_for(const char *dir, int days)
{
	struct timespec then = { .tv_sec = time(NULL) - (time_t)days * DAY };
	struct timespec times[2] = { then, then };

	assert_int_equal(utimensat(AT_FDCWD, dir, times, 0), 0);
}

static void prune_removes_what_was_not_used_and_says_so(void **state)
{
	struct plan p = { .signal_fd = -1 };
	cleanup_free char *old = NULL;
	cleanup_free char *used = NULL;
	cleanup_json json_t *would = NULL;
	cleanup_json json_t *removed = NULL;
	struct err e;

	(void)state;
	assert_int_equal(ensure("old", &p, &old, NULL, &e), 0);
	assert_int_equal(ensure("used", &p, &used, NULL, &e), 0);
	make_unused_for(old, 31);
	make_unused_for(used, 29);
	assert_int_equal(cache_prune(30, true, &would, &e), 0);
	assert_true(exists("image/", "old", ""));
	assert_int_equal(cache_prune(30, false, &removed, &e), 0);
	assert_true(json_equal(would, removed));
	assert_int_equal(json_array_size(removed), 1);
	assert_string_equal(json_str(json_array_get(removed, 0), "name"), "old");
	assert_false(exists("image/", "old", ""));
	assert_true(exists("image/", "used", ""));
}

static void prune_removes_dead_builds_but_not_living_ones(void **state)
{
	pid_t dead = start_build("dead", (struct plan){ .pause_ms = 60000 });
	pid_t living = start_build("living", (struct plan){ .pause_ms = 60000 });
	cleanup_json json_t *removed = NULL;
	struct err e;

	(void)state;
	kill(dead, SIGKILL);
	waitpid(dead, NULL, 0);
	assert_int_equal(cache_prune(30, false, &removed, &e), 0);
	assert_int_equal(json_array_size(removed), 1);
	assert_false(exists("tmp/image-", "dead", ""));
	assert_true(exists("tmp/image-", "living", "/half"));
	kill(living, SIGKILL);
	waitpid(living, NULL, 0);
}

static void list_tells_kind_name_hash_and_use(void **state)
{
	struct plan p = { .signal_fd = -1 };
	cleanup_free char *dir = NULL;
	cleanup_json json_t *list = NULL;
	struct err e;

	(void)state;
	assert_int_equal(ensure("with-dash", &p, &dir, NULL, &e), 0);
	make_unused_for(dir, 0);
	assert_int_equal(cache_list(&list, &e), 0);
	assert_int_equal(json_array_size(list), 1);
	const json_t *entry = json_array_get(list, 0);

	assert_string_equal(json_str(entry, "kind"), "image");
	assert_string_equal(json_str(entry, "name"), "with-dash");
	assert_string_equal(json_str(entry, "hash"), HASH);
	assert_string_equal(json_str(entry, "path"), dir);
	assert_true(json_int_or(entry, "bytes", 0) > 0);
	assert_int_equal(strlen(json_str(entry, "used")), strlen("2026-11-22T22:40:00Z"));
}

static void without_a_home_there_is_no_cache(void **state)
{
	cleanup_free char *home = strdup(getenv("HOME") ? getenv("HOME") : "/");
	cleanup_free char *xdg = strdup(getenv("XDG_CACHE_HOME"));
	char *root = NULL;
	struct err e;

	(void)state;
	unsetenv("HOME");
	setenv("XDG_CACHE_HOME", "not/a/full/path", 1);
	assert_int_equal(cache_root(&root, &e), -ENOENT);
	assert_null(root);
	assert_non_null(strstr(e.msg, "XDG_CACHE_HOME"));
	setenv("HOME", home, 1);
	setenv("XDG_CACHE_HOME", xdg, 1);
}

static int make_cache(void **state)
{
	char dir[] = "/tmp/ramrig-cache-XXXXXX";

	if (!mkdtemp(dir))
		return 1;
	*state = strdup(dir);
	return setenv("XDG_CACHE_HOME", dir, 1);
}

static int remove_cache(void **state)
{
	struct err e;
	int rc = dir_remove(*state, &e);

	free(*state);
	return rc;
}

#define test_in_cache(f) cmocka_unit_test_setup_teardown(f, make_cache, remove_cache)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_cache(an_entry_is_built_once_and_then_used),
		test_in_cache(a_failed_build_leaves_only_its_log_and_names_it),
		test_in_cache(a_killed_build_leaves_nothing_after_the_next_one),
		test_in_cache(two_builders_of_one_entry_make_it_once),
		test_in_cache(prune_removes_what_was_not_used_and_says_so),
		test_in_cache(prune_removes_dead_builds_but_not_living_ones),
		test_in_cache(list_tells_kind_name_hash_and_use),
		test_in_cache(without_a_home_there_is_no_cache),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
