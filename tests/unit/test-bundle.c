/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bundles written and read, and archives that are none, or not what their manifest says: each
 * is refused, says why, and leaves nothing outside of the folder that it was unpacked to.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "bundle-fixture.h"
#include "bundle/collect.h"
#include "bundle/read.h"
#include "bundle/replayable.h"
#include "bundle/write.h"
#include "lib/file.h"

/* A folder of the test's own, with the good parts in "in". */
struct fixture {
	char *root, *bundle, *out;
	json_t *sources;
};

static void write_file(const char *path, const char *text)
{
	cleanup_free char *dir = path_format("%.*s", (int)(strrchr(path, '/') - path), path);
	struct err e;

	assert_int_equal(dir_make(dir, 0755, &e), 0);
	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

static int fixture_make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->root = path_format("/tmp/ramrig-test-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	f->bundle = path_format("%s/small.bundle", f->root);
	f->out = path_format("%s/out", f->root);
	f->sources = json_object();
	for (size_t i = 0; i < ARRAY_SIZE(good_parts); i++) {
		cleanup_free char *path = path_format("%s/in/%s", f->root, good_parts[i].name);

		write_file(path, good_parts[i].text);
		json_object_set_new(f->sources, good_parts[i].name, json_string(path));
	}
	*state = f;
	return 0;
}

static int fixture_remove(void **state)
{
	struct fixture *f = *state;
	struct err e;

	dir_remove(f->root, &e);
	free(f->root);
	free(f->bundle);
	free(f->out);
	json_decref(f->sources);
	free(f);
	return 0;
}

static void write_good(const struct fixture *f, const char *path)
{
	cleanup_json json_t *m = good_manifest();
	struct err e;

	if (bundle_write(path, m, f->sources, &e))
		fail_msg("%s", e.msg);
}

static bool is_there(const char *dir, const char *name)
{
	cleanup_free char *path = path_format("%s/%s", dir, name);

	return !access(path, F_OK);
}

static void a_bundle_unpacks_to_what_went_into_it(void **state)
{
	const struct fixture *f = *state;
	struct err e;

	write_good(f, f->bundle);
	if (bundle_unpack(f->bundle, f->out, BUNDLE_WHOLE, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < ARRAY_SIZE(good_parts); i++) {
		cleanup_free char *path = path_format("%s/%s", f->out, good_parts[i].name),
				  *text = NULL;
		bool program = !strncmp(good_parts[i].name, "programs/", 9);
		struct stat st;

		assert_int_equal(file_read(AT_FDCWD, path, 4096, &text, NULL, &e), 0);
		assert_string_equal(text, good_parts[i].text);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, program ? 0755 : 0644);
	}
	assert_true(is_there(f->out, BUNDLE_MANIFEST));
	assert_int_equal(bundle_unpack(f->bundle, f->out, BUNDLE_WHOLE, &e), -ENOTEMPTY);
}

static void analysis_has_plan_and_cells_alone(void **state)
{
	const struct fixture *f = *state;
	struct err e;

	write_good(f, f->bundle);
	assert_int_equal(bundle_unpack(f->bundle, f->out, BUNDLE_ANALYSIS, &e), 0);
	assert_true(is_there(f->out, "plan.json"));
	assert_true(is_there(f->out, "cells/0001/result.json"));
	assert_false(is_there(f->out, "programs"));
	assert_false(is_there(f->out, "replay"));
	assert_false(is_there(f->out, BUNDLE_MANIFEST));
}

static void equal_files_give_equal_bytes_whatever_their_times(void **state)
{
	const struct fixture *f = *state;
	cleanup_free char *other = path_format("%s/other.bundle", f->root);
	cleanup_free char *a = NULL, *b = NULL;
	const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	size_t len_a, len_b;
	const char *name;
	json_t *path;
	struct err e;

	write_good(f, f->bundle);
	json_object_foreach(f->sources, name, path)
		utimensat(AT_FDCWD, json_string_value(path), old, 0);
	write_good(f, other);
	assert_int_equal(file_read(AT_FDCWD, f->bundle, 1 << 20, &a, &len_a, &e), 0);
	assert_int_equal(file_read(AT_FDCWD, other, 1 << 20, &b, &len_b, &e), 0);
	assert_int_equal(len_a, len_b);
	assert_memory_equal(a, b, len_a);
}

static void a_file_that_changes_while_it_is_bundled_leaves_no_bundle(void **state)
{
	const struct fixture *f = *state;
	cleanup_json json_t *m = good_manifest();
	struct err e;

	write_file(json_str(f->sources, "workloads/web/server.sh"), "echo steady");
	assert_int_equal(bundle_write(f->bundle, m, f->sources, &e), -ESTALE);
	assert_non_null(strstr(e.msg, "server.sh changed while it was bundled"));
	write_file(json_str(f->sources, "workloads/web/server.sh"), "");
	assert_int_equal(bundle_write(f->bundle, m, f->sources, &e), -ESTALE);
	assert_false(is_there(f->root, "small.bundle"));
}

/* What is done to a good bundle, as it is written by somebody else. */
struct evil {
	const char *words; /* of the refusal */
	size_t skip;	   /* a member that is left out; SIZE_MAX: none */
	size_t twice;	   /* one that is there twice */
	size_t other;	   /* one that has another name, text or kind */
	const char *name, *text;
	mode_t kind;	  /* 0: a file */
	const char *link; /* a hard link to it */
	const char *more; /* a member behind the last */
	bool no_manifest;
};

static void put(struct archive *a, const char *name, const char *text, size_t len, mode_t kind,
		const char *link)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, (kind ? kind : S_IFREG) | 0644);
	if (link && kind == S_IFLNK)
		archive_entry_set_symlink(entry, link);
	else if (link)
		archive_entry_set_hardlink(entry, link);
	archive_entry_set_size(entry, link || kind ? 0 : (int64_t)len);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	if (!link && !kind)
		assert_int_equal(archive_write_data(a, text, len), len);
	archive_entry_free(entry);
}

static void put_part(struct archive *a, const struct part *p, const struct evil *v, bool other)
{
	const char *name = other && v->name ? v->name : p->name;
	const char *text = other && v->text ? v->text : p->text;

	put(a, name, text, strlen(text), other ? v->kind : 0, other ? v->link : NULL);
}

static void write_evil(const char *path, const struct evil *v)
{
	struct archive *a = archive_write_new();
	cleanup_json json_t *m = good_manifest();
	cleanup_free char *text = json_dumps(m, 0);

	archive_write_set_format_pax_restricted(a);
	archive_write_add_filter_zstd(a);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	if (!v->no_manifest)
		put(a, BUNDLE_MANIFEST, text, strlen(text), 0, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(good_parts); i++) {
		if (i == v->skip)
			continue;
		put_part(a, &good_parts[i], v, i == v->other);
		if (i == v->twice)
			put_part(a, &good_parts[i], v, false);
	}
	if (v->more)
		put(a, v->more, "x", 1, 0, NULL);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

#define NONE SIZE_MAX

static void what_is_not_as_the_manifest_says_is_refused_with_its_reason(void **state)
{
	static const struct evil evils[] = {
		{ "does not begin with manifest.json", .skip = NONE, .twice = NONE, .other = NONE,
		  .no_manifest = true },
		{ "'programs/ramrig-agent' there is 'replay/", .skip = 2, .twice = NONE,
		  .other = NONE },
		{ "'workloads/web/server.sh' is missing", .skip = 5, .twice = NONE, .other = NONE },
		{ "'cells/0001/result.json' is there twice", .skip = NONE, .twice = 0,
		  .other = NONE },
		{ "'workloads/web/server.sh' is there twice", .skip = NONE, .twice = 5,
		  .other = NONE },
		{ "'workloads/web/zero' is not in the manifest", .skip = NONE, .twice = NONE,
		  .other = NONE, .more = "workloads/web/zero" },
		{ "there is '../../escaped'", .skip = NONE, .twice = NONE, .other = 0,
		  .name = "../../escaped" },
		{ "there is '/tmp/escaped'", .skip = NONE, .twice = NONE, .other = 0,
		  .name = "/tmp/escaped" },
		{ "is a link, not a file", .skip = NONE, .twice = NONE, .other = 2, .kind = S_IFLNK,
		  .link = "/etc/passwd" },
		{ "is a link, not a file", .skip = NONE, .twice = NONE, .other = 2,
		  .link = "plan.json" },
		{ "is a folder, not a file", .skip = NONE, .twice = NONE, .other = 4,
		  .kind = S_IFDIR },
		{ "is a device or a socket, not a file", .skip = NONE, .twice = NONE, .other = 4,
		  .kind = S_IFIFO },
		{ "has 8 bytes, its manifest says 7", .skip = NONE, .twice = NONE, .other = 2,
		  .text = "#!agents" },
		{ "is not what was bundled: its SHA-256", .skip = NONE, .twice = NONE, .other = 2,
		  .text = "#!Agent" },
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(evils); i++) {
		struct err e = { 0 };

		write_evil(f->bundle, &evils[i]);
		if (bundle_unpack(f->bundle, f->out, BUNDLE_WHOLE, &e) != -EINVAL ||
		    !strstr(e.msg, evils[i].words) || !strstr(e.msg, f->bundle))
			fail_msg("%zu, %s: %s", i, evils[i].words, e.msg);
		assert_int_equal(dir_remove(f->out, &e), 0);
		assert_false(is_there(f->root, "escaped"));
		assert_false(is_there("/tmp", "escaped"));
	}
}

static void one_that_is_cut_short_anywhere_or_no_archive_is_refused(void **state)
{
	const struct fixture *f = *state;
	cleanup_free char *bytes = NULL;
	struct err e;
	size_t len;

	write_good(f, f->bundle);
	assert_int_equal(file_read(AT_FDCWD, f->bundle, 1 << 20, &bytes, &len, &e), 0);
	for (size_t cut = 0; cut < len - 4; cut += cut < 16 ? 1 : 61) {
		assert_int_equal(file_write_atomic(f->bundle, bytes, cut, &e), 0);
		assert_int_not_equal(bundle_unpack(f->bundle, f->out, BUNDLE_WHOLE, &e), 0);
		assert_true(*e.msg);
		assert_int_equal(dir_remove(f->out, &e), 0);
	}
	write_file(f->bundle, "{\"schema\": 1}\n");
	assert_int_equal(bundle_unpack(f->bundle, f->out, BUNDLE_WHOLE, &e), -EINVAL);
	assert_int_equal(bundle_unpack(f->root, f->out, BUNDLE_WHOLE, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "it is not a file"));
}

/* A file of zeros must neither grow nor shrink, and lie on disk as holes. */
static void zeros_unpack_to_holes(void **state)
{
	enum { SIZE = 1 << 20 };
	struct fixture *f = *state;
	cleanup_free char *zeros = calloc(1, SIZE), *in = path_format("%s/in/zeros", f->root);
	cleanup_free char *unpacked = path_format("%s/workloads/web/zeros", f->out);
	cleanup_json json_t *m = good_manifest();
	struct stat st;
	struct err e;
	char hash[65];

	hash_bytes(zeros, SIZE, hash);
	assert_int_equal(file_write_atomic(in, zeros, SIZE, &e), 0);
	json_object_set_new(f->sources, "workloads/web/zeros", json_string(in));
	json_array_append_new(json_object_get(m, "members"),
			      json_pack("{s:s, s:i, s:s}", "name", "workloads/web/zeros", "bytes",
					SIZE, "sha256", hash));
	assert_int_equal(bundle_write(f->bundle, m, f->sources, &e), 0);
	assert_int_equal(bundle_unpack(f->bundle, f->out, BUNDLE_WHOLE, &e), 0);
	assert_int_equal(stat(unpacked, &st), 0);
	assert_int_equal(st.st_size, SIZE);
	assert_true(st.st_blocks * 512 < SIZE / 2);
}

static void links_are_taken_as_files_only_within_the_result(void **state)
{
	const struct fixture *f = *state;
	cleanup_free char *in = path_format("%s/in", f->root);
	cleanup_free char *good = path_format("%s/cells/0001/good", in);
	cleanup_free char *bad = path_format("%s/cells/0001/bad", in);
	cleanup_collection struct collection c;
	struct err e;

	collection_init(&c, in);
	assert_int_equal(symlink("result.json", good), 0);
	assert_int_equal(collect_tree(&c, "cells", in, &e), 0);
	assert_true(json_is_string(json_object_get(c.sources, "cells/cells/0001/good")));
	assert_int_equal(symlink("/etc/passwd", bad), 0);
	assert_int_equal(collect_tree(&c, "again", in, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "bad: it is a link to what is not in"));
}

static void paths_of_the_plan_become_those_of_the_bundle(void **state)
{
	cleanup_json json_t *m = good_manifest();
	cleanup_json json_t *plan =
		json_pack("{s:{s:s, s:s}, s:{s:{s:s, s:s}, s:{s:s}}, s:{s:s}}", "image", "path",
			  "/cache/root.img", "name", "default", "kernels", "stock", "bzimage",
			  "/cache/vmlinuz", "vmlinux", "/v", "left", "bzimage", "/cache/left",
			  "reference", "bzimage", "/cache/vmlinuz");
	const json_t *kernels = json_object_get(plan, "kernels");
	struct err e;
	(void)state;

	assert_int_equal(replayable_relocate(plan, m, "/b", &e), 0);
	assert_string_equal(json_str(json_object_get(kernels, "stock"), "bzimage"),
			    "/b/replay/kernels/1/boot/vmlinuz-6.12");
	assert_string_equal(json_str(json_object_get(kernels, "stock"), "modules"),
			    "/b/replay/kernels/1/lib/modules/6.12");
	assert_null(json_str(json_object_get(kernels, "stock"), "vmlinux"));
	assert_string_equal(json_str(json_object_get(kernels, "left"), "bzimage"), "/cache/left");
	assert_string_equal(json_str(json_object_get(plan, "reference"), "bzimage"),
			    "/b/replay/kernels/1/boot/vmlinuz-6.12");
	assert_string_equal(json_str(json_object_get(plan, "image"), "path"), "/cache/root.img");
	json_object_set_new(json_object_get(m, "image"), "file",
			    json_string("replay/image/root.img"));
	assert_int_equal(replayable_relocate(plan, m, "/b", &e), 0);
	assert_string_equal(json_str(json_object_get(plan, "image"), "path"),
			    "/b/replay/image/root.img");
	json_object_del(plan, "reference");
	assert_int_equal(replayable_relocate(plan, m, "/b", &e), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bundle_unpacks_to_what_went_into_it),
		TEST(analysis_has_plan_and_cells_alone),
		TEST(equal_files_give_equal_bytes_whatever_their_times),
		TEST(a_file_that_changes_while_it_is_bundled_leaves_no_bundle),
		TEST(what_is_not_as_the_manifest_says_is_refused_with_its_reason),
		TEST(one_that_is_cut_short_anywhere_or_no_archive_is_refused),
		TEST(zeros_unpack_to_holes),
		TEST(links_are_taken_as_files_only_within_the_result),
		cmocka_unit_test(paths_of_the_plan_become_those_of_the_bundle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
