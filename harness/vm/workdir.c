/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "vm/arch.h"
#include "vm/workdir.h"

#define PREFIX "ramrig-"
#define KILL_WAIT_MS 5000
#define BIRTH_S 60	/* a folder this young may still lack its lock */

static void closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_closedir __attribute__((cleanup(closedirp)))

static int give_to_run_user(const char *path, struct err *e)
{
	if (geteuid())
		return 0;
	const struct passwd *pw = getpwnam(RAMRIG_RUN_USER);
	if (!pw)
		return err_set(e, ENOENT, "there is no user '%s' for QEMU to run as",
			       RAMRIG_RUN_USER);
	if (chown(path, pw->pw_uid, pw->pw_gid))
		return err_set(e, errno, "cannot give %s to %s: %m", path, RAMRIG_RUN_USER);
	return 0;
}

int workdir_new(struct workdir *ret, struct err *e)
{
	const char *parent = dir_of_temporaries();

	/* The monitor's socket lies below, and a socket's path has 108 bytes. */
	if (strlen(parent) > 40 || strpbrk(parent, ", \t\n"))
		return err_set(e, EINVAL,
			       "TMPDIR=%s is too long (over 40 bytes) or holds a comma or space; "
			       "set another", parent);

	cleanup_free char *path = path_format("%s/" PREFIX "XXXXXX", parent);
	if (!mkdtemp(path))
		return err_set(e, errno, "cannot create a work folder in %s: %m", parent);

	cleanup_free char *lock = path_format("%s/lock", path);
	cleanup_free char *new_lock = path_format("%s/lock.new", path);
	cleanup_free char *run = path_format("%s/run", path);
	/* It gets its name when it is locked: a scan never sees it free. */
	cleanup_close int fd = open(new_lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int rc = 0;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || rename(new_lock, lock) ||
	    chmod(path, 0711) || mkdir(run, 0700))
		rc = err_set(e, errno, "cannot set up the work folder %s: %m", path);
	else
		rc = give_to_run_user(run, e);
	if (rc) {
		struct err ignored;

		dir_remove(path, &ignored);
		return rc;
	}
	ret->path = take_ptr(path);
	ret->run = take_ptr(run);
	ret->lock_fd = take_fd(fd);
	return 0;
}

/*
 * The lock goes last: a folder without one passes for one being made, and who
 * is killed while removing it would leave it to nobody.
 */
static int folder_remove(const char *path, struct err *e)
{
	cleanup_free char *run = path_format("%s/run", path);
	int rc = dir_remove(run, e);

	return rc ? rc : dir_remove(path, e);
}

int workdir_remove(struct workdir *w, struct err *e)
{
	int rc = w->path ? folder_remove(w->path, e) : 0;

	if (w->lock_fd >= 0)
		close(w->lock_fd);
	free(w->path);
	free(w->run);
	*w = (struct workdir){ .lock_fd = -1 };
	return rc;
}

/*
 * The command line of @pid, each word ended by a NUL, or NULL: of all that may stand on command
 * lines with @path, only QEMU's programs are ours to kill.
 */
static char *our_cmdline(int proc, const char *pid, const char *path, size_t *ret_len)
{
	cleanup_free char *comm_file = path_format("%s/comm", pid), *comm = NULL;
	cleanup_free char *file = path_format("%s/cmdline", pid), *text = NULL;
	struct err ignored;

	if (file_read(proc, comm_file, 64, &comm, NULL, &ignored) || strncmp(comm, "qemu", 4) ||
	    file_read(proc, file, 1 << 20, &text, ret_len, &ignored))
		return NULL;
	return memmem(text, *ret_len, path, strlen(path)) ? take_ptr(text) : NULL;
}

static json_t *processes_of(const char *path)
{
	cleanup_close int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_closedir DIR *d = opendir("/proc");
	json_t *pids = json_array();

	for (struct dirent *de; d && proc >= 0 && (de = readdir(d));) {
		size_t len;

		if (!isdigit((unsigned char)*de->d_name))
			continue;
		cleanup_free char *cmdline = our_cmdline(proc, de->d_name, path, &len);

		if (cmdline)
			json_array_append_new(pids, json_integer(strtol(de->d_name, NULL, 10)));
	}
	return pids;
}

int workdir_qemu_argv(const char *path, json_t **ret, struct err *e)
{
	cleanup_close int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_json json_t *pids = processes_of(path), *argv = json_array();
	cleanup_free char *pid = path_format("%lld", (long long)json_integer_value(
							     json_array_get(pids, 0)));
	size_t len = 0;
	cleanup_free char *text = proc < 0 ? NULL : our_cmdline(proc, pid, path, &len);

	if (!text)
		return err_set(e, ENOENT, "there is no process of QEMU's that names %s", path);
	for (const char *word = text; word < text + len; word += strlen(word) + 1)
		json_array_append_new(argv, json_sentence(word));
	*ret = take_ptr(argv);
	return 0;
}

static int kill_processes(const char *path, struct err *e)
{
	int64_t deadline = clock_now_ms() + KILL_WAIT_MS;

	for (;;) {
		cleanup_json json_t *pids = processes_of(path);
		json_t *pid;
		size_t i;

		if (!json_array_size(pids))
			return 0;
		json_array_foreach(pids, i, pid)
			kill((pid_t)json_integer_value(pid), SIGKILL);
		if (!clock_left_ms(deadline))
			return err_set(e, EBUSY, "processes of the dead run %s do not die", path);
		poll(NULL, 0, 20);
	}
}

/*
 * Whether @path holds nothing but what a work folder does, so that a folder of
 * the user's own is never taken for one. *ret_locked: it holds a lock file.
 */
static bool looks_ours(const char *path, bool *ret_locked)
{
	static const char *const parts[] = { ".", "..", "lock", "lock.new", "run" };
	cleanup_closedir DIR *d = opendir(path);

	*ret_locked = false;
	for (struct dirent *de; d && (de = readdir(d));) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
			known |= !strcmp(de->d_name, parts[i]);
		if (!known)
			return false;
		*ret_locked |= !strcmp(de->d_name, "lock");
	}
	return d;
}

/* Returns a lock on a leftover, or -1 for what is alive, or not this user's. */
static int lock_leftover(const char *path)
{
	struct stat st;
	bool locked;

	if (lstat(path, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    !looks_ours(path, &locked))
		return -1;
	/* Without a lock it is being made, unless its maker died long ago. */
	bool old = time(NULL) - st.st_mtime > BIRTH_S;

	if (!locked && !old)
		return -1;
	cleanup_free char *lock = path_format("%s/lock", path);
	cleanup_close int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		return -1;
	return take_fd(fd);
}

int workdir_scan(bool remove, json_t **ret_list, struct err *e)
{
	const char *parent = dir_of_temporaries();
	cleanup_closedir DIR *d = opendir(parent);
	cleanup_json json_t *list = json_array();

	if (!d)
		return err_set(e, errno, "cannot read %s: %m", parent);
	for (struct dirent *de; (de = readdir(d));) {
		if (strncmp(de->d_name, PREFIX, strlen(PREFIX)) ||
		    strlen(de->d_name) != strlen(PREFIX "XXXXXX"))
			continue;
		cleanup_free char *path = path_format("%s/%s", parent, de->d_name);
		cleanup_close int fd = lock_leftover(path);
		if (fd < 0)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:o}", "path", path, "pids",
						      processes_of(path)));
		int rc = remove ? kill_processes(path, e) : 0;
		if (!rc && remove)
			rc = folder_remove(path, e);
		if (rc)
			return rc;
	}
	if (ret_list)
		*ret_list = take_ptr(list);
	return 0;
}

int workdir_kill(const struct workdir *w, struct err *e)
{
	return kill_processes(w->path, e);
}
