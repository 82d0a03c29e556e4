/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor/doctor.h"
#include "lib/cleanup.h"
#include "lib/file.h"

const char *const doctor_status_name[DOCTOR_STATUS_COUNT] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_INFO] = "info",
	[DOCTOR_WARN] = "warn",
	[DOCTOR_PROBLEM] = "problem",
};

void finding_set(struct finding *f, enum doctor_status status, const char *mend, const char *fmt,
		 ...)
{
	va_list ap;

	finding_clear(f);
	f->status = status;
	f->mend = mend ? strdup(mend) : NULL;
	va_start(ap, fmt);
	if (vasprintf(&f->text, fmt, ap) < 0)
		abort();
	va_end(ap);
}

void finding_clear(struct finding *f)
{
	free(f->text);
	free(f->mend);
	*f = (struct finding){ 0 };
}

static void report_add(json_t *checks, const char *id, const char *title, const struct finding *f)
{
	json_array_append_new(checks, json_pack("{s:s, s:s, s:s, s:s, s:s?}", "id", id, "title",
						title, "status", doctor_status_name[f->status],
						"finding", f->text, "mend", f->mend));
}

static void features_add(json_t *checks, const struct doctor_env *env)
{
	for (int i = 0; i < VM_FEATURE_COUNT; i++) {
		cleanup_free char *id = path_format("qemu-%s", vm_feature_table[i].name);
		cleanup_free char *title = path_format("QEMU: %s", vm_feature_table[i].name);
		struct finding f = { 0 };

		feature_look(env, i, &f);
		report_add(checks, id, title, &f);
		finding_clear(&f);
	}
}

json_t *doctor_report(const struct doctor_env *env)
{
	static const struct check *const tables[] = { vm_checks, image_checks, space_checks,
						      host_checks };
	json_t *checks = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct check *c = tables[i]; c->id; c++) {
			struct finding f = { 0 };

			c->look(env, &f);
			report_add(checks, c->id, c->title, &f);
			finding_clear(&f);
		}
	}
	features_add(checks, env);
	json_t *features = env->features ? vm_features_to_json(env->features) : json_object();

	return json_pack("{s:i, s:s, s:s, s:o, s:o}", "schema", 1, "accelerator",
			 accel_name(env->accel), "accelerator_why", env->accel_why, "features",
			 features, "checks", checks);
}

int doctor_run(const char *results_dir, json_t **ret, struct err *e)
{
	cleanup_features struct vm_features features = { 0 };
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *why = NULL;
	struct err qemu_err = { 0 }, accel_err = { 0 };
	enum accel accel = ACCEL_TCG;

	if (root < 0)
		return err_set(e, errno, "cannot open /: %m");
	bool asked = !vm_features_probe(&features, &qemu_err);
	bool tried = !accel_probe(&accel, &why, &accel_err);
	const struct passwd *pw = getpwuid(getuid());
	struct doctor_env env = {
		.root_fd = root,
		.user = pw ? pw->pw_name : NULL,
		.uid = geteuid(),
		.results_dir = results_dir,
		.features = asked ? &features : NULL,
		.features_why = qemu_err.msg,
		.accel = accel,
		.accel_why = tried ? why : accel_err.msg,
	};

	*ret = doctor_report(&env);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for the report");
}

static enum doctor_status status_from_name(const char *name)
{
	enum doctor_status s = DOCTOR_OK;

	while (s < DOCTOR_PROBLEM && strcmp(doctor_status_name[s], name))
		s++;
	return s;
}

enum doctor_status doctor_worst(const json_t *report)
{
	enum doctor_status worst = DOCTOR_OK;
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(report, "checks"), i, c) {
		enum doctor_status s = status_from_name(json_str(c, "status"));

		worst = s > worst ? s : worst;
	}
	return worst;
}

void doctor_print(const json_t *report, FILE *out)
{
	static const char *const marks[DOCTOR_STATUS_COUNT] = { "ok", "-", "warn", "PROBLEM" };
	const json_t *c, *checks = json_object_get(report, "checks");
	size_t i, width = 0;
	unsigned count[DOCTOR_STATUS_COUNT] = { 0 };

	json_array_foreach(checks, i, c) {
		size_t len = strlen(json_str(c, "title"));

		width = len > width ? len : width;
	}
	json_array_foreach(checks, i, c) {
		enum doctor_status s = status_from_name(json_str(c, "status"));
		const char *mend = json_str(c, "mend");

		count[s]++;
		fprintf(out, "%-7s  %-*s  %s\n", marks[s], (int)width, json_str(c, "title"),
			json_str(c, "finding"));
		if (mend)
			fprintf(out, "%-7s  %-*s  -> %s\n", "", (int)width, "", mend);
	}
	if (count[DOCTOR_PROBLEM])
		fprintf(out, "\nRuns will not work here: %u to mend first, marked PROBLEM.\n",
			count[DOCTOR_PROBLEM]);
	else
		fprintf(out, "\nRuns will work here, under %s; %u warning%s.\n",
			json_str(report, "accelerator"), count[DOCTOR_WARN],
			count[DOCTOR_WARN] == 1 ? "" : "s");
}
