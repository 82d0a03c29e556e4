/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemons/damon/damon-sysfs.h"
#include "daemons/lib/knob.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/text.h"

#define RETRY_NS 20000000

static const char *const exclusive_modules[] = { "damon_reclaim", "damon_lru_sort" };

/* Whether to try again what @rc says. */
static bool is_busy(int rc, int64_t deadline_ms)
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };

	if (rc != -EBUSY || !clock_left_ms(deadline_ms))
		return false;
	nanosleep(&pause, NULL);
	return true;
}

static int write_patiently(int rootfd, const char *file, const char *value, struct err *e)
{
	int64_t deadline_ms = clock_now_ms() + DAMON_BUSY_MS;
	int rc;

	do
		rc = knob_write(rootfd, file, value, e);
	while (is_busy(rc, deadline_ms));
	return rc;
}

static int read_patiently(int rootfd, const char *file, char *buf, size_t size, struct err *e)
{
	int64_t deadline_ms = clock_now_ms() + DAMON_BUSY_MS;
	int rc;

	do
		rc = text_read_at(rootfd, file, buf, size, e);
	while (is_busy(rc, deadline_ms));
	buf[strcspn(buf, "\n")] = '\0';
	return rc;
}

static int modules_check(int rootfd, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(exclusive_modules); i++) {
		const char *name = exclusive_modules[i];
		cleanup_free char *file = path_format("sys/module/%s/parameters/enabled", name);
		char text[16];
		struct err absent; /* then it is not on */

		if (!text_read_at(rootfd, file, text, sizeof(text), &absent) && *text == 'Y')
			return err_set(e, EBUSY,
				       "the kernel's %s is on, and excludes all other use of "
				       "DAMON; write N to /%s first",
				       name, file);
	}
	return 0;
}

static int cgroup_check(int rootfd, const char *cgroup, struct err *e)
{
	cleanup_free char *folder = path_format("sys/fs/cgroup%s", cgroup);

	if (*cgroup && faccessat(rootfd, folder, F_OK, 0))
		return err_set(e, ENOENT, "there is no cgroup %s for a scheme: /%s: %m", cgroup,
			       folder);
	return 0;
}

int damon_check(int rootfd, const struct damon_settings *s, struct err *e)
{
	uint64_t n;
	int rc = knob_number(rootfd, DAMON_KDAMONDS "/nr_kdamonds", &n, e);

	if (rc == -ENOENT)
		return err_set(e, EOPNOTSUPP,
			       "this kernel has no /" DAMON_KDAMONDS
			       "; it needs CONFIG_DAMON_SYSFS "
			       "and CONFIG_DAMON_PADDR");
	if (!rc && n)
		return err_set(e, EBUSY,
			       "%" PRIu64
			       " kdamonds are set up already; write off to the state of each "
			       "and 0 to /" DAMON_KDAMONDS "/nr_kdamonds first",
			       n);
	if (!rc)
		rc = modules_check(rootfd, e);
	for (unsigned i = 0; i < s->n_schemes && !rc; i++) {
		const struct damon_scheme *scheme = &s->schemes[i];

		rc = cgroup_check(rootfd, scheme->psi, e);
		for (unsigned k = 0; k < scheme->n_filters && !rc; k++)
			rc = cgroup_check(rootfd, scheme->filters[k].memcg, e);
	}
	return rc;
}

static int write_checked(int rootfd, const struct damon_write *w, struct err *e)
{
	char seen[DAMON_PATH_MAX + 2];
	int rc = write_patiently(rootfd, w->file, w->value, e);

	if (!rc)
		rc = read_patiently(rootfd, w->file, seen, sizeof(seen), e);
	if (!rc && strcmp(seen, w->value))
		rc = err_set(e, EIO, "/%s reads '%.80s' after '%.80s' was written", w->file, seen,
			     w->value);
	return rc;
}

int damon_apply(int rootfd, const struct damon_plan *p, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < p->n && !rc; i++)
		rc = write_checked(rootfd, &p->writes[i], e);
	if (rc) {
		uint64_t n = 0;
		struct err unsaid; /* the first failure is what is told */

		if (!knob_number(rootfd, DAMON_KDAMONDS "/nr_kdamonds", &n, &unsaid) &&
		    n <= DAMON_SCHEMES_MAX)
			damon_end(rootfd, (unsigned)n, &unsaid);
		err_prefix(e, "cannot set DAMON up: ");
	}
	return rc;
}

static int state_read(int rootfd, unsigned kdamond, bool *ret_on, struct err *e)
{
	cleanup_free char *file = path_format(DAMON_KDAMONDS "/%u/state", kdamond);
	char text[16];
	int rc = read_patiently(rootfd, file, text, sizeof(text), e);

	if (!rc)
		*ret_on = !strcmp(text, "on");
	return rc;
}

int damon_command(int rootfd, unsigned kdamond, const char *command, struct err *e)
{
	cleanup_free char *file = path_format(DAMON_KDAMONDS "/%u/state", kdamond);
	int rc = write_patiently(rootfd, file, command, e);
	struct err unsaid;
	bool on;

	if (rc && !state_read(rootfd, kdamond, &on, &unsaid) && !on)
		return err_set(e, ESRCH, "kdamond %u has been turned off by someone, or ended",
			       kdamond);
	return rc;
}

int damon_end(int rootfd, unsigned n_kdamonds, struct err *e)
{
	int rc = 0;

	for (unsigned i = 0; i < n_kdamonds && !rc; i++) {
		bool on;

		rc = state_read(rootfd, i, &on, e);
		if (!rc && on)
			rc = damon_command(rootfd, i, "off", e);
		if (rc == -ESRCH)
			rc = 0;
	}
	return rc ? rc : write_patiently(rootfd, DAMON_KDAMONDS "/nr_kdamonds", "0", e);
}
