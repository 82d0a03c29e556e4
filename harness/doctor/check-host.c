/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include "doctor/doctor.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* What disturbs a measurement from outside; all of it read below root_fd. */

#define READ_MAX (1u << 20)
#define KSM_RUN "sys/kernel/mm/ksm/run"
#define THP_ENABLED "sys/kernel/mm/transparent_hugepage/enabled"

static char *text_read(int root_fd, const char *path)
{
	char *text = NULL;
	struct err absent;

	if (file_read(root_fd, path, READ_MAX, &text, NULL, &absent))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static DIR *dir_open(int root_fd, const char *path)
{
	cleanup_close int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d)
		fd = -1;
	return d;
}

static void cleanup_dirp(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_dir __attribute__((cleanup(cleanup_dirp)))

static void look_governor(const struct doctor_env *env, struct finding *f)
{
	cleanup_dir DIR *d = dir_open(env->root_fd, "sys/devices/system/cpu");
	unsigned cpus = 0, others = 0;
	char other[32] = "";

	for (const struct dirent *de; d && (de = readdir(d));) {
		if (strncmp(de->d_name, "cpu", 3) || !isdigit((unsigned char)de->d_name[3]))
			continue;
		cleanup_free char *path = path_format("sys/devices/system/cpu/%s/cpufreq/"
						      "scaling_governor", de->d_name);
		cleanup_free char *governor = text_read(env->root_fd, path);

		if (!governor)
			continue;
		cpus++;
		if (strcmp(governor, "performance")) {
			others++;
			snprintf(other, sizeof(other), "%s", governor);
		}
	}
	if (!cpus)
		finding_set(f, DOCTOR_INFO, NULL, "this host has no frequency governor to set");
	else if (others)
		finding_set(f, DOCTOR_WARN, "as root: cpupower frequency-set -g performance",
			    "%u of %u CPUs are under '%s': their speed changes as they work",
			    others, cpus, other);
	else
		finding_set(f, DOCTOR_OK, NULL, "performance on all %u CPUs", cpus);
}

static unsigned count_cpus(int root_fd)
{
	cleanup_free char *stat = NULL;
	struct err absent;
	unsigned n = 0;

	if (file_read(root_fd, "proc/stat", READ_MAX, &stat, NULL, &absent))
		return 1;
	for (const char *line = stat; line; line = (line = strchr(line, '\n')) ? line + 1 : NULL)
		n += !strncmp(line, "cpu", 3) && isdigit((unsigned char)line[3]);
	return n ? n : 1;
}

/* Names of up to three processes that run right now, ramrig itself left out. */
static void name_running(int root_fd, char *buf, size_t size)
{
	cleanup_dir DIR *d = dir_open(root_fd, "proc");
	size_t len = 0;
	unsigned n = 0;

	*buf = '\0';
	for (const struct dirent *de; d && n < 3 && (de = readdir(d));) {
		if (!isdigit((unsigned char)*de->d_name))
			continue;
		cleanup_free char *path = path_format("proc/%s/stat", de->d_name);
		cleanup_free char *stat = text_read(root_fd, path);
		/* The name stands in brackets and may itself hold brackets and spaces. */
		char *name = stat ? strchr(stat, '(') : NULL, *end = stat ? strrchr(stat, ')') : NULL;

		if (!name || !end || strncmp(end, ") R", 3))
			continue;
		*end = '\0';
		if (!strcmp(name + 1, "ramrig") || len >= size)
			continue;
		len += (size_t)snprintf(buf + len, size - len, "%s%s", n++ ? ", " : "; running: ",
					name + 1);
	}
}

static void look_load(const struct doctor_env *env, struct finding *f)
{
	cleanup_free char *text = text_read(env->root_fd, "proc/loadavg");
	unsigned cpus = count_cpus(env->root_fd);
	char running[96];
	double load;

	if (!text || sscanf(text, "%lf", &load) != 1) {
		finding_set(f, DOCTOR_INFO, NULL, "this host does not tell its load");
		return;
	}
	if (load * 4 < cpus) {
		finding_set(f, DOCTOR_OK, NULL, "load %.2f on %u CPUs", load, cpus);
		return;
	}
	name_running(env->root_fd, running, sizeof(running));
	finding_set(f, DOCTOR_WARN, "wait until it is over, or end what else runs (see top)",
		    "load %.2f on %u CPUs: others take the time that is measured%s", load, cpus,
		    running);
}

static void look_ksm(const struct doctor_env *env, struct finding *f)
{
	cleanup_free char *run = text_read(env->root_fd, KSM_RUN);

	if (!run)
		finding_set(f, DOCTOR_OK, NULL, "this host's kernel has no KSM");
	else if (!strcmp(run, "1"))
		finding_set(f, DOCTOR_WARN, "as root: echo 0 > /" KSM_RUN " (and stop ksmtuned)",
			    "runs on the host: it scans the guests' memory and takes CPU time");
	else
		finding_set(f, DOCTOR_OK, NULL, "does not run on the host");
}

/* Sums columns Size and Used of /proc/swaps, in KiB. */
static void swaps_sum(const char *text, uint64_t *ret_size, uint64_t *ret_used)
{
	*ret_size = *ret_used = 0;
	for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n')) {
		uint64_t size, used;

		if (sscanf(line + 1, "%*s %*s %" SCNu64 " %" SCNu64, &size, &used) == 2) {
			*ret_size += size;
			*ret_used += used;
		}
	}
}

static void look_swap(const struct doctor_env *env, struct finding *f)
{
	cleanup_free char *text = NULL;
	uint64_t size = 0, used = 0;
	struct err absent;

	if (!file_read(env->root_fd, "proc/swaps", READ_MAX, &text, NULL, &absent))
		swaps_sum(text, &size, &used);
	if (!size)
		finding_set(f, DOCTOR_OK, NULL, "the host does not swap");
	else if (!used)
		finding_set(f, DOCTOR_INFO, NULL, "the host can swap (%" PRIu64 " MiB), and has not",
			    size >> 10);
	else
		finding_set(f, DOCTOR_WARN, "free memory, then as root: swapoff -a",
			    "the host has swapped %" PRIu64 " MiB: a guest's memory may be on disk",
			    used >> 10);
}

static void look_thp(const struct doctor_env *env, struct finding *f)
{
	cleanup_free char *text = text_read(env->root_fd, THP_ENABLED);
	char *set = text ? strchr(text, '[') : NULL;

	if (!set) {
		finding_set(f, DOCTOR_INFO, NULL, "this host's kernel has none");
		return;
	}
	set++;
	finding_set(f, DOCTOR_INFO, NULL, "'%.*s' on the host: keep it the same between runs",
		    (int)strcspn(set, "]"), set);
}

const struct check host_checks[] = {
	{ "governor", "frequency governor", look_governor },
	{ "load", "other load", look_load },
	{ "ksm", "KSM", look_ksm },
	{ "swap", "swap", look_swap },
	{ "thp", "huge pages", look_thp },
	{ 0 },
};
