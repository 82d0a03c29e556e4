/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "doctor/doctor.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"

/* Trees recorded below this folder: quiet (a server), noisy (a laptop), bare (a container). */
#define DATA "tests/unit/data/doctor"

static const struct check *check_named(const char *id)
{
	static const struct check *const tables[] = { vm_checks, host_checks, space_checks,
						      image_checks };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct check *c = tables[i]; c->id; c++) {
			if (!strcmp(c->id, id))
				return c;
		}
	}
	fail_msg("there is no check '%s'", id);
	return NULL;
}

static int tree_open(const char *tree)
{
	cleanup_free char *path = path_format(DATA "/%s", tree);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void recorded_hosts_get_the_findings_they_deserve(void **state)
{
	static const struct {
		const char *tree, *check, *user;
		enum doctor_status status;
		const char *says;
	} cases[] = {
		{ "quiet", "governor", "ann", DOCTOR_OK, "performance on all 4 CPUs" },
		{ "noisy", "governor", "ann", DOCTOR_WARN, "2 of 2 CPUs are under 'powersave'" },
		{ "bare", "governor", "ann", DOCTOR_INFO, "no frequency governor" },
		{ "quiet", "load", "ann", DOCTOR_OK, "load 0.12 on 4 CPUs" },
		{ "noisy", "load", "ann", DOCTOR_WARN, "load 1.75 on 2 CPUs: others take the time "
		  "that is measured; running: cc1 (weird) R" },
		{ "bare", "load", "ann", DOCTOR_INFO, "does not tell its load" },
		{ "quiet", "ksm", "ann", DOCTOR_OK, "does not run" },
		{ "noisy", "ksm", "ann", DOCTOR_WARN, "runs on the host" },
		{ "bare", "ksm", "ann", DOCTOR_OK, "has no KSM" },
		{ "quiet", "swap", "ann", DOCTOR_OK, "does not swap" },
		{ "noisy", "swap", "ann", DOCTOR_WARN, "swapped 1024 MiB" },
		{ "quiet", "thp", "ann", DOCTOR_INFO, "'madvise'" },
		{ "bare", "thp", "ann", DOCTOR_INFO, "has none" },
		{ "quiet", "memory", "ann", DOCTOR_OK, "13.7 GiB free" },
		{ "noisy", "memory", "ann", DOCTOR_PROBLEM, "0.7 GiB free" },
		{ "bare", "memory", "ann", DOCTOR_INFO, "does not tell its free memory" },
		{ "quiet", "image-tools", "ann", DOCTOR_OK, "all programs" },
		{ "noisy", "image-tools", "ann", DOCTOR_WARN,
		  "missing: mmdebstrap e2fsprogs kmod qemu-utils" },
		{ "quiet", "image-user", "ann", DOCTOR_OK, "ann has subordinate" },
		{ "noisy", "image-user", "ann", DOCTOR_WARN, "no image can be built" },
		{ "bare", "image-user", "ann", DOCTOR_INFO, "fakechroot" },
		{ "bare", "image-user", NULL, DOCTOR_INFO, "fakechroot" },
		{ "quiet", "apt-lists", "ann", DOCTOR_OK, "1 in /var/lib/apt/lists" },
		{ "bare", "apt-lists", "ann", DOCTOR_WARN, "no package lists" },
		{ "quiet", "accelerator", "ann", DOCTOR_WARN, "it lies" },
		{ "bare", "accelerator", "ann", DOCTOR_INFO, "it lies" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_close int root = tree_open(cases[i].tree);
		struct doctor_env env = { .root_fd = root, .user = cases[i].user, .uid = 1000,
					  .accel = ACCEL_TCG, .accel_why = "it lies" };
		struct finding f = { 0 };

		check_named(cases[i].check)->look(&env, &f);
		print_message("  %s, %s: %s\n", cases[i].tree, cases[i].check, f.text);
		assert_int_equal(f.status, cases[i].status);
		if (!strstr(f.text, cases[i].says))
			fail_msg("'%s' does not say '%s'", f.text, cases[i].says);
		finding_clear(&f);
	}
}

/* A report of the noisy host, where QEMU is missing too. */
static json_t *noisy_report(void)
{
	cleanup_close int root = tree_open("noisy");
	struct doctor_env env = { .root_fd = root, .user = "ann", .uid = 1000, .results_dir = ".",
				  .features_why = "there is no QEMU", .accel = ACCEL_TCG,
				  .accel_why = "there is no QEMU" };
	json_t *report = doctor_report(&env);

	assert_non_null(report);
	return report;
}

static void every_warning_and_problem_has_a_mend(void **state)
{
	cleanup_json json_t *report = noisy_report();
	const json_t *c;
	size_t i, bad = 0;

	(void)state;
	json_array_foreach(json_object_get(report, "checks"), i, c) {
		const char *status = json_str(c, "status");

		print_message("  %s: %s\n", json_str(c, "id"), status);
		assert_non_null(json_str(c, "finding"));
		if (strcmp(status, "warn") && strcmp(status, "problem"))
			continue;
		bad++;
		assert_non_null(json_str(c, "mend"));
	}
	assert_true(bad >= 6);
}

static void a_host_without_qemu_cannot_run_and_is_told_so(void **state)
{
	cleanup_json json_t *report = noisy_report();
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(doctor_worst(report), DOCTOR_PROBLEM);
	doctor_print(report, out);
	fclose(out);
	assert_non_null(strstr(text, "PROBLEM  QEMU "));
	assert_non_null(strstr(text, "-> run ci/setup"));
	assert_non_null(strstr(text, "Runs will not work here"));
}

static void features_come_from_what_qemu_answers(void **state)
{
	cleanup_features struct vm_features f = { 0 };
	cleanup_free char *answers = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(file_read(AT_FDCWD, DATA "/qmp-7.2.jsonl", 1 << 20, &answers, NULL, &e), 0);
	assert_int_equal(vm_features_read(answers, &f, &e), 0);
	assert_string_equal(f.version, "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)");
	for (int i = 0; i < VM_FEATURE_COUNT; i++) {
		print_message("  %s\n", vm_feature_table[i].name);
		assert_int_equal(f.has[i], i != VM_CXL_VOLATILE);
	}
}

static void a_qemu_with_little_in_it_has_few_features(void **state)
{
	static const char answers[] =
		"qemu: warning: standard error is mixed in\n"
		"{\"QMP\":{\"version\":{\"qemu\":{\"micro\":0,\"minor\":2,\"major\":9}}}}\n"
		"{\"return\":{}}\n"
		"{\"timestamp\":{},\"event\":\"RESUME\"}\n"
		"{\"return\":[{\"name\":\"hmat\"}]}\n"
		"{\"return\":[{\"name\":\"virtserialport\"}]}\n"
		"{\"return\":[{\"option\":\"sandbox\"}]}\n"
		"{\"error\":{\"class\":\"DeviceNotFound\",\"desc\":\"no cxl-type3\"}}\n";
	cleanup_features struct vm_features f = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(vm_features_read(answers, &f, &e), 0);
	assert_string_equal(f.version, "9.2.0");
	for (int i = 0; i < VM_FEATURE_COUNT; i++)
		assert_int_equal(f.has[i],
				 i == VM_HMAT || i == VM_SANDBOX || i == VM_VIRTIO_SERIAL);
}

static void answers_that_stop_early_or_are_no_json_are_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"qemu-system-x86_64: unsupported machine type q35\n",
		"{\"QMP\":{\"version\":{}}}\n{\"return\":{}}\n",
		"{\"QMP\":{\"version\":{}}}\n{\"return\":{}}\n{\"return\":[{\"na",
		"{\"QMP\":{\"version\":{}}}\n{\"return\":{}}\n{\"error\":{\"desc\":\"no\"}}\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_features struct vm_features f = { 0 };
		struct err e = { 0 };

		print_message("  %zu\n", i);
		assert_int_equal(vm_features_read(cases[i], &f, &e), -EPROTO);
		assert_true(*e.msg);
	}
}

static void the_probe_asks_the_qemu_that_is_installed(void **state)
{
	cleanup_features struct vm_features f = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(vm_features_probe(&f, &e), 0);
	assert_true(f.has[VM_VIRTIO_SERIAL]);
	assert_true(f.has[VM_SANDBOX]);
}

static void a_guest_under_tcg_gives_its_byte(void **state)
{
	cleanup_free char *qemu = NULL, *why = NULL;
	bool ran = false;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(qemu_find(&qemu, &e), 0);
	assert_int_equal(accel_try(qemu, ACCEL_TCG, &ran, &why, &e), 0);
	if (!ran)
		fail_msg("%s", why);
	assert_null(why);
}

static void a_guest_that_gives_no_byte_is_reported_with_the_reason(void **state)
{
	cleanup_free char *why = NULL;
	bool ran = true;
	struct err e = { 0 };

	(void)state;
	/* A program that ends well, but is no QEMU. */
	assert_int_equal(accel_try("/bin/echo", ACCEL_KVM, &ran, &why, &e), 0);
	assert_false(ran);
	assert_non_null(strstr(why, "a guest under kvm did not run"));
}

static void without_qemu_in_path_the_error_names_the_package(void **state)
{
	cleanup_free char *path = strdup(getenv("PATH")), *qemu = NULL;
	struct err e = { 0 };

	(void)state;
	setenv("PATH", "/nonexistent::/dev", 1);
	int rc = qemu_find(&qemu, &e);
	setenv("PATH", path, 1);
	assert_int_equal(rc, -ENOENT);
	assert_null(qemu);
	assert_non_null(strstr(e.msg, "qemu-system-x86"));
}

/* The host's own cache is not this test's to touch. */
static int cache_make(void **state)
{
	char *dir = path_format("/tmp/ramrig-test-doctor-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? setenv("XDG_CACHE_HOME", dir, 1) : -1;
}

static int cache_drop(void **state)
{
	cleanup_free char *dir = *state;
	struct err e;

	return dir_remove(dir, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_hosts_get_the_findings_they_deserve),
		cmocka_unit_test(every_warning_and_problem_has_a_mend),
		cmocka_unit_test(a_host_without_qemu_cannot_run_and_is_told_so),
		cmocka_unit_test(features_come_from_what_qemu_answers),
		cmocka_unit_test(a_qemu_with_little_in_it_has_few_features),
		cmocka_unit_test(answers_that_stop_early_or_are_no_json_are_refused),
		cmocka_unit_test(the_probe_asks_the_qemu_that_is_installed),
		cmocka_unit_test(a_guest_under_tcg_gives_its_byte),
		cmocka_unit_test(a_guest_that_gives_no_byte_is_reported_with_the_reason),
		cmocka_unit_test(without_qemu_in_path_the_error_names_the_package),
	};

	return cmocka_run_group_tests_name("doctor", tests, cache_make, cache_drop);
}
