/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "cell/programs.h"
#include "cell/run.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/search.h"
#include "topology/admit.h"
#include "vm/workdir.h"

/*
 * Puts the files that @key of @workload, or of one that it includes, names,
 * wherever they lie, into @copy of its folder.
 */
static int keep_files(const json_t *workload, const char *key, search_file_fn find, mode_t mode,
		      const char *copy, struct err *e)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(workload, key), i, name) {
		cleanup_free char *to = path_format("%s/%s", copy, json_string_value(name));
		cleanup_free char *from = NULL;
		int rc = find(json_str(workload, "folder"), json_string_value(name), &from, e);

		if (!rc)
			rc = file_copy(from, to, mode, e);
		if (rc)
			return rc;
	}
	return 0;
}

/* The folder of @workload as it is now, with those that it includes in it. */
static int keep_folder(const json_t *workload, const char *copy, struct err *e)
{
	const json_t *other;
	size_t i;
	int rc = dir_copy(json_str(workload, "folder"), copy, e);

	if (!rc)
		rc = keep_files(workload, "programs", search_guest_program, 0755, copy, e);
	if (!rc)
		rc = keep_files(workload, "shared", search_shared_file, 0644, copy, e);
	json_array_foreach(json_object_get(workload, "include"), i, other) {
		cleanup_free char *below = path_format("%s/%s", copy, json_str(other, "name"));

		if (!rc)
			rc = keep_folder(other, below, e);
	}
	return rc;
}

/* A workload's programs as they are now: edits during a run must not mix into it. */
static int keep_workloads(json_t *plan, const char *dir, struct err *e)
{
	cleanup_free char *all = path_format("%s/workloads", dir);
	const char *name;
	json_t *workload;
	int rc = dir_make(all, 0755, e);

	json_object_foreach(json_object_get(plan, "workloads"), name, workload) {
		cleanup_free char *copy = path_format("%s/%s", all, name);
		cleanup_free char *below = path_format("workloads/%s", name);

		if (!rc)
			rc = keep_folder(workload, copy, e);
		json_object_set_new(workload, "folder", json_string(below));
	}
	return rc;
}

int run_begin(json_t *plan, const char *dir, struct err *e)
{
	cleanup_free char *path = path_format("%s/plan.json", dir);
	int rc = dir_make(dir, 0755, e);

	if (!rc && !access(path, F_OK))
		rc = err_set(e, EEXIST, "%s holds a result already; --resume it, or name another "
			     "--out", dir);
	if (!rc)
		rc = keep_workloads(plan, dir, e);
	if (!rc)
		rc = programs_keep(plan, dir, e);
	return rc ? rc : json_save_path(plan, path, e);
}

/* Two runs of one folder would take each other's cells. */
static int lock_dir(const char *dir, int *ret_fd, struct err *e)
{
	cleanup_free char *path = path_format("%s/lock", dir);
	cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_set(e, errno, "cannot lock %s: %m", dir);
	if (flock(fd, LOCK_EX | LOCK_NB))
		return err_set(e, EBUSY, "another ramrig is running %s", dir);
	*ret_fd = take_fd(fd);
	return 0;
}

/* What one guest of the plan takes of the host at most. */
struct demand {
	unsigned cpus;
	uint64_t bytes;
	const char *pinned;	/* a topology that chooses its CPUs, or NULL */
};

static int demand_read(const json_t *plan, struct demand *ret, struct err *e)
{
	const json_t *doc;
	const char *name;

	*ret = (struct demand){ .cpus = 1 };
	json_object_foreach((json_t *)json_object_get(plan, "topologies"), name, doc) {
		struct topology t;

		if (topology_read(doc, &t, NULL, e))
			return err_prefix(e, "topology '%s' of the plan: ", name);
		if (t.cpus > ret->cpus)
			ret->cpus = t.cpus;
		if (topology_bytes(&t) > ret->bytes)
			ret->bytes = topology_bytes(&t);
		if (t.pin)
			ret->pinned = name;
	}
	return 0;
}

/* On the host's clock, guests that share a CPU would measure each other. */
static int check_cpus(const struct demand *d, unsigned jobs, struct err *e)
{
	if (d->pinned)
		return err_set(e, EINVAL, "--jobs %u: topology '%s' pins its CPUs, so that guests "
			       "side by side would share them; take --jobs 1, or the key 'pin' away",
			       jobs, d->pinned);
	if (jobs * d->cpus > (unsigned)get_nprocs())
		return err_set(e, EINVAL, "--jobs %u with guests of %u CPUs needs %u CPUs on the "
			       "host's clock; this host has %d", jobs, d->cpus,
			       jobs * d->cpus, get_nprocs());
	return 0;
}

/* Guests share no memory, and on the host's clock no CPUs. */
int run_check_jobs(const json_t *plan, unsigned jobs, struct err *e)
{
	struct host_memory host;
	struct demand d;

	if (jobs == 1)
		return 0;
	if (demand_read(plan, &d, e) || host_memory_read("", &host, e))
		return -e->code;
	if (d.bytes > host.total_bytes / jobs)
		return err_set(e, EINVAL, "--jobs %u with guests of %" PRIu64 " MiB needs %" PRIu64
			       " MiB; this host has %" PRIu64 " MiB", jobs, d.bytes >> 20,
			       (d.bytes >> 20) * jobs, host.total_bytes >> 20);
	return strcmp(json_str_or(plan, "clock", "host"), "host") ? 0 : check_cpus(&d, jobs, e);
}

int run_cells(struct batch *b, bool *ret_budget_spent, struct err *e)
{
	cleanup_close int lock = -1;
	int rc = lock_dir(b->dir, &lock, e);

	if (!rc)
		rc = workdir_scan(true, NULL, e);
	if (!rc)
		rc = batch_open(b, e);
	if (!rc)
		rc = batch_run(b, e);
	if (ret_budget_spent)
		*ret_budget_spent = b->out_of_budget;
	batch_clear(b);
	return rc;
}
