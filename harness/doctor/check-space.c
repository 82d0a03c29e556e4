/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include "doctor/doctor.h"
#include "image/cache.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/workdir.h"

#define MIB (1024.0 * 1024)
#define GIB (1024 * MIB)

/* Below @little a first run may fail half-way; below @least none can start. */
struct need {
	double little, least;
	const char *what, *mend;
};

static void judge(const struct need *need, double bytes, const char *where, struct finding *f)
{
	enum doctor_status s = bytes < need->least ? DOCTOR_PROBLEM :
			       bytes < need->little ? DOCTOR_WARN : DOCTOR_OK;

	finding_set(f, s, s == DOCTOR_OK ? NULL : need->mend,
		    "%.1f GiB free%s%s, %.1f GiB wanted for %s", bytes / GIB, *where ? " in " : "",
		    where, need->little / GIB, need->what);
}

static void judge_folder(const struct need *need, const char *dir, struct finding *f)
{
	struct statvfs v;

	if (statvfs(dir, &v)) {
		finding_set(f, DOCTOR_PROBLEM, "create it, or name another folder",
			    "cannot look at %s: %s", dir, strerror(errno));
		return;
	}
	judge(need, (double)v.f_bavail * (double)v.f_frsize, dir, f);
}

static void look_cache(const struct doctor_env *env, struct finding *f)
{
	static const struct need need = {
		4 * GIB, 256 * MIB, "images and kernels",
		"ramrig cache prune, or set XDG_CACHE_HOME to a folder with more room",
	};
	cleanup_free char *root = NULL;
	struct err e = { 0 };

	(void)env;
	if (cache_root(&root, &e))
		finding_set(f, DOCTOR_PROBLEM, "set XDG_CACHE_HOME to a folder you may write to",
			    "%s", e.msg);
	else
		judge_folder(&need, root, f);
}

static void look_work(const struct doctor_env *env, struct finding *f)
{
	static const struct need need = {
		2 * GIB, 256 * MIB, "what guests write while they run",
		"make room there, or set TMPDIR to a folder with more",
	};

	(void)env;
	judge_folder(&need, dir_of_temporaries(), f);
}

static void look_results(const struct doctor_env *env, struct finding *f)
{
	static const struct need need = {
		1 * GIB, 64 * MIB, "results",
		"make room there, or name another folder with ramrig run --out",
	};

	judge_folder(&need, env->results_dir, f);
}

static void look_memory(const struct doctor_env *env, struct finding *f)
{
	static const struct need need = {
		3 * GIB, 1 * GIB, "a guest and what runs it",
		"end what else uses memory, or use a topology with less",
	};
	cleanup_free char *text = NULL;
	uint64_t kib;
	struct err e = { 0 };

	int rc = file_read(env->root_fd, "proc/meminfo", 1 << 20, &text, NULL, &e);
	const char *line = rc ? NULL : strstr(text, "MemAvailable:");

	if (!line || sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) != 1)
		finding_set(f, DOCTOR_INFO, NULL, "this host does not tell its free memory");
	else
		judge(&need, (double)kib * 1024, "", f);
}

static void look_leftovers(const struct doctor_env *env, struct finding *f)
{
	cleanup_json json_t *list = NULL;
	struct err e = { 0 };

	(void)env;
	if (workdir_scan(false, &list, &e))
		finding_set(f, DOCTOR_WARN, "make the folder readable, or set TMPDIR to another",
			    "%s", e.msg);
	else if (!json_array_size(list))
		finding_set(f, DOCTOR_OK, NULL, "no dead run has left anything");
	else
		finding_set(f, DOCTOR_WARN, "the next run removes them; at once: ramrig doctor --clean",
			    "%zu dead runs have left folders, the first is %s",
			    json_array_size(list), json_str(json_array_get(list, 0), "path"));
}

const struct check space_checks[] = {
	{ "disk-cache", "disk for the cache", look_cache },
	{ "disk-work", "disk for guests", look_work },
	{ "disk-results", "disk for results", look_results },
	{ "memory", "memory", look_memory },
	{ "leftovers", "leftovers", look_leftovers },
	{ 0 },
};
