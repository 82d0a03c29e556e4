/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work folders in a TMPDIR of the test's own, and the processes that may or
 * may not belong to them: copies of sleep, one of them called qemu-x.
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
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "vm/arch.h"
#include "vm/workdir.h"

#define OLD_S 3600

static char parent[64];

/* A program that only waits, called @comm, with @word on its command line. */
static pid_t sleeper(const char *comm, const char *word)
{
	cleanup_free char *program = path_format("%s/%s", parent, comm);
	struct err e;

	if (access(program, X_OK))
		assert_int_equal(file_copy("/bin/sleep", program, 0755, &e), 0);
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(program, word, "600", (char *)NULL);
		_exit(127);
	}
	/* It is that program once /proc has the word: the kernel sets that last (binfmt_elf.c). */
	cleanup_free char *file = path_format("/proc/%d/cmdline", pid);

	for (bool begun = false; !begun;) {
		cleanup_free char *cmdline = NULL;

		usleep(1000);
		assert_int_equal(file_read(AT_FDCWD, file, 4096, &cmdline, NULL, &e), 0);
		begun = !strcmp(cmdline, word);
	}
	return pid;
}

static bool lives(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static void grow_old(const char *path)
{
	struct timespec then[2] = { { .tv_sec = time(NULL) - OLD_S }, { .tv_sec = time(NULL) - OLD_S } };

	assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
}

static struct workdir make(void)
{
	struct workdir w = { .lock_fd = -1 };
	struct err e;

	if (workdir_new(&w, &e))
		fail_msg("%s", e.msg);
	return w;
}

/* As after a SIGKILL: the folder stays, nobody holds its lock. The caller frees the path. */
static char *make_dead(void)
{
	struct workdir w = make();

	close(w.lock_fd);
	free(w.run);
	return w.path;
}

static json_t *scan(bool removing)
{
	json_t *list = NULL;
	struct err e;

	if (workdir_scan(removing, &list, &e))
		fail_msg("%s", e.msg);
	return list;
}

static void a_new_folder_is_locked_and_its_run_is_the_accounts(void **state)
{
	struct workdir w = make();
	struct stat st;
	struct err e;
	(void)state;

	assert_int_equal(strncmp(w.path, parent, strlen(parent)), 0);
	cleanup_free char *lock = path_format("%s/lock", w.path);
	cleanup_free char *path = path_format("%s", w.path);
	cleanup_close int fd = open(lock, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(stat(w.run, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, geteuid() ? geteuid() : getpwnam(RAMRIG_RUN_USER)->pw_uid);
	assert_int_equal(workdir_remove(&w, &e), 0);
	assert_false(exists(path));
	assert_int_equal(w.lock_fd, -1);
}

static void the_command_line_of_its_qemu_is_told_and_of_no_other_program(void **state)
{
	struct workdir w = make();
	pid_t other = sleeper("sleep-x", w.path), qemu;
	cleanup_json json_t *argv = NULL;
	struct err e;
	(void)state;

	assert_int_equal(workdir_qemu_argv(w.run, &argv, &e), -ENOENT);
	qemu = sleeper("qemu-x", w.run);
	assert_int_equal(workdir_qemu_argv(w.run, &argv, &e), 0);
	assert_int_equal(json_array_size(argv), 2);
	assert_string_equal(json_string_value(json_array_get(argv, 0)), w.run);
	assert_string_equal(json_string_value(json_array_get(argv, 1)), "600");
	end(qemu);
	end(other);
	assert_int_equal(workdir_remove(&w, &e), 0);
}

static void a_live_folder_is_never_touched(void **state)
{
	struct workdir w = make();
	pid_t qemu = sleeper("qemu-x", w.path);
	struct err e;
	int go[2];
	char c;
	(void)state;

	/* Its lock is held by another process alone. */
	assert_int_equal(pipe(go), 0);
	pid_t holder = fork();

	if (!holder) {
		close(go[1]);
		_exit(read(go[0], &c, 1) != 0);
	}
	close(go[0]);
	close(w.lock_fd);
	w.lock_fd = -1;
	grow_old(w.path);
	cleanup_json json_t *list = scan(true);

	assert_int_equal(json_array_size(list), 0);
	assert_true(exists(w.run));
	assert_true(lives(qemu));

	close(go[1]);
	waitpid(holder, NULL, 0);
	cleanup_json json_t *after = scan(true);

	assert_int_equal(json_array_size(after), 1);
	assert_false(exists(w.path));
	assert_false(lives(qemu));
	workdir_remove(&w, &e);
}

static void a_dead_folder_is_listed_and_goes_with_its_qemu_alone(void **state)
{
	cleanup_free char *dead = make_dead();
	cleanup_free char *arg = path_format("file=%s/run/root.qcow2,if=none", dead);
	pid_t qemu = sleeper("qemu-x", arg), other_qemu = sleeper("qemu-x", "/somewhere/else");
	pid_t bystander = sleeper("sleep", arg);
	(void)state;

	cleanup_json json_t *listed = scan(false);
	assert_int_equal(json_array_size(listed), 1);
	assert_string_equal(json_str(json_array_get(listed, 0), "path"), dead);
	const json_t *pids = json_object_get(json_array_get(listed, 0), "pids");

	assert_int_equal(json_array_size(pids), 1);
	assert_int_equal(json_integer_value(json_array_get(pids, 0)), qemu);
	assert_true(exists(dead));
	assert_true(lives(qemu));

	cleanup_json json_t *removed = scan(true);
	assert_true(json_equal(listed, removed));
	assert_false(exists(dead));
	assert_false(lives(qemu));
	assert_true(lives(bystander));
	assert_true(lives(other_qemu));
	end(bystander);
	end(other_qemu);

	cleanup_json json_t *none = scan(true);
	assert_int_equal(json_array_size(none), 0);
}

static void a_folder_without_a_lock_lives_only_while_young(void **state)
{
	cleanup_free char *path = path_format("%s/ramrig-AbCdEf", parent);
	cleanup_free char *fresh = path_format("%s/lock.new", path);
	struct err e;
	(void)state;

	assert_int_equal(dir_make(path, 0700, &e), 0);
	assert_int_equal(file_write_atomic(fresh, "", 0, &e), 0);
	cleanup_json json_t *young = scan(true);
	assert_int_equal(json_array_size(young), 0);
	assert_true(exists(fresh));

	grow_old(path);
	cleanup_json json_t *old = scan(true);
	assert_int_equal(json_array_size(old), 1);
	assert_false(exists(path));
}

/* Folders of people's own, whatever they are called, however old. */
static void what_only_looks_like_a_work_folder_stays(void **state)
{
	static const struct { const char *dir, *file; } cases[] = {
		{ "ramrig-results", "lock" },
		{ "ramrig-result", "plan.json" },
		{ "ramrig-paper1", "lock.txt" },
		{ "ramrig-", "lock" },
		{ "ramrig-ABCDE", "lock" },
		{ "other-ABCDEF", "lock" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *dir = path_format("%s/%s", parent, cases[i].dir);
		cleanup_free char *file = path_format("%s/%s", dir, cases[i].file);
		struct err e;

		print_message("  %s/%s\n", cases[i].dir, cases[i].file);
		assert_int_equal(dir_make(dir, 0755, &e), 0);
		assert_int_equal(file_write_atomic(file, "mine", 4, &e), 0);
		grow_old(dir);
		cleanup_json json_t *list = scan(true);
		assert_int_equal(json_array_size(list), 0);
		assert_true(exists(file));
		dir_remove(dir, &e);
	}
}

static void a_link_is_not_followed(void **state)
{
	cleanup_free char *target = path_format("%s/target", parent);
	cleanup_free char *file = path_format("%s/lock", target);
	cleanup_free char *link = path_format("%s/ramrig-LinkTo", parent);
	struct err e;
	(void)state;

	assert_int_equal(dir_make(target, 0755, &e), 0);
	assert_int_equal(file_write_atomic(file, "mine", 4, &e), 0);
	assert_int_equal(symlink(target, link), 0);
	grow_old(target);
	cleanup_json json_t *list = scan(true);
	assert_int_equal(json_array_size(list), 0);
	assert_true(exists(file));
	unlink(link);
	dir_remove(target, &e);
}

static void the_folder_of_another_user_stays(void **state)
{
	(void)state;

	if (geteuid()) {
		print_message("  skipped: only root can give a folder away\n");
		skip();
	}
	cleanup_free char *dead = make_dead();
	struct err e;

	assert_int_equal(chown(dead, 12345, 12345), 0);
	cleanup_json json_t *list = scan(true);
	assert_int_equal(json_array_size(list), 0);
	assert_true(exists(dead));
	dir_remove(dead, &e);
}

static void workdir_kill_ends_the_folders_own_qemu(void **state)
{
	struct workdir w = make();
	pid_t qemu = sleeper("qemu-x", w.run), bystander = sleeper("sleep", w.run);
	struct err e;
	(void)state;

	assert_int_equal(workdir_kill(&w, &e), 0);
	assert_false(lives(qemu));
	assert_true(lives(bystander));
	end(bystander);
	assert_int_equal(workdir_remove(&w, &e), 0);
}

static void an_unfit_tmpdir_is_refused_with_the_mend(void **state)
{
	static const struct { const char *tmp, *words; int rc; } cases[] = {
		{ "/tmp/a-very-long-name-for-a-folder-of-temporaries", "too long", -EINVAL },
		{ "/tmp/a,b", "comma", -EINVAL },
		{ "/tmp/a b", "space", -EINVAL },
		{ "/nonexistent", "/nonexistent", -ENOENT },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct workdir w = { .lock_fd = -7 };
		struct err e;

		print_message("  %s\n", cases[i].tmp);
		setenv("TMPDIR", cases[i].tmp, 1);
		assert_int_equal(workdir_new(&w, &e), cases[i].rc);
		assert_non_null(strstr(e.msg, cases[i].words));
		assert_int_equal(w.lock_fd, -7);
		assert_null(w.path);
	}
	setenv("TMPDIR", parent, 1);
}

static int setup(void **state)
{
	(void)state;
	snprintf(parent, sizeof(parent), "/tmp/workdir-XXXXXX");
	return mkdtemp(parent) ? setenv("TMPDIR", parent, 1) : -1;
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
		cmocka_unit_test(a_new_folder_is_locked_and_its_run_is_the_accounts),
		cmocka_unit_test(the_command_line_of_its_qemu_is_told_and_of_no_other_program),
		cmocka_unit_test(a_live_folder_is_never_touched),
		cmocka_unit_test(a_dead_folder_is_listed_and_goes_with_its_qemu_alone),
		cmocka_unit_test(a_folder_without_a_lock_lives_only_while_young),
		cmocka_unit_test(what_only_looks_like_a_work_folder_stays),
		cmocka_unit_test(a_link_is_not_followed),
		cmocka_unit_test(the_folder_of_another_user_stays),
		cmocka_unit_test(workdir_kill_ends_the_folders_own_qemu),
		cmocka_unit_test(an_unfit_tmpdir_is_refused_with_the_mend),
	};

	return cmocka_run_group_tests_name("workdir", tests, setup, teardown);
}
