/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DOCTOR_H
#define RAMRIG_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include "lib/err.h"
#include "lib/json.h"
#include "spec/search.h"
#include "vm/accel.h"
#include "vm/probe.h"

/*
 * What is the matter with this host, and how to mend it.
 *
 * ok: as it should be. info: worth knowing, nothing to do. warn: runs work,
 * but something is missing, slow or noisy. problem: `ramrig run` cannot work.
 */
enum doctor_status { DOCTOR_OK, DOCTOR_INFO, DOCTOR_WARN, DOCTOR_PROBLEM, DOCTOR_STATUS_COUNT };

extern const char *const doctor_status_name[DOCTOR_STATUS_COUNT];

/* All that checks may look at: filled by doctor_run(), or by a test. */
struct doctor_env {
	int root_fd;			/* "/", or a recorded tree */
	const char *user;		/* login name, or NULL where the account has none */
	uid_t uid;
	const char *results_dir;	/* where results will be written */
	const struct vm_features *features; /* NULL: QEMU could not be asked, see features_why */
	const char *features_why;
	enum accel accel;
	const char *accel_why;
};

/* What a check found. Every warn and problem has a mend. */
struct finding {
	enum doctor_status status;
	char *text;
	char *mend;		/* what to do, or NULL */
};

struct check {
	const char *id;		/* as --json has it, and as tests name it */
	const char *title;	/* what people read */
	void (*look)(const struct doctor_env *env, struct finding *f);
};

/* One table a subject; each ends with an empty entry. */
extern const struct check vm_checks[];
extern const struct check host_checks[];
extern const struct check space_checks[];
extern const struct check image_checks[];

/* A feature of QEMU's is a check too: "qemu-" and its name in vm_feature_table. */
void feature_look(const struct doctor_env *env, enum vm_feature feature, struct finding *f);

/* Fills @f; @mend may be NULL for ok and info. The caller clears it. */
void finding_set(struct finding *f, enum doctor_status status, const char *mend, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));
void finding_clear(struct finding *f);

/*
 * Looks at this host and sets *ret to a new report:
 *   { "schema": 1, "accelerator": "kvm|tcg", "accelerator_why": "...",
 *     "features": { NAME: bool }, "checks": [ { "id", "title",
 *     "status": "ok|info|warn|problem", "finding", "mend": "..." or null } ] }
 * What cannot be found out is a finding, not an error.
 */
int doctor_run(const char *results_dir, json_t **ret, struct err *e);

/* The report of @env alone: what doctor_run() makes of what it has probed. */
json_t *doctor_report(const struct doctor_env *env);

/* The worst status in @report. */
enum doctor_status doctor_worst(const json_t *report);

/* Prints @report for people: a mark a line, mends below. */
void doctor_print(const json_t *report, FILE *out);

#endif
