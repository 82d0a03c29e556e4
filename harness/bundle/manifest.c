/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "bundle/manifest.h"
#include "lib/cleanup.h"

#define EXPERIMENT_MAX 128
#define HEX	       "0123456789abcdef"
#define NAME_FIRST     "abcdefghijklmnopqrstuvwxyz0123456789"
#define NAME_MORE      ".+-"

/* The only things that lie at the top of a bundle. */
static const struct {
	const char *name;
	bool is_folder;
	bool is_analysis;
} tops[] = {
	{ BUNDLE_CELLS, true, true },	{ BUNDLE_PLAN, false, true }, { "programs", true, false },
	{ BUNDLE_REPLAY, true, false }, { "workloads", true, false },
};

static bool is_hash(const char *text)
{
	return text && strlen(text) == 64 && strspn(text, HEX) == 64;
}

/* The top that @name lies at or below; ARRAY_SIZE(tops): none. */
static size_t top_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		size_t len = strlen(tops[i].name);

		if (!strncmp(name, tops[i].name, len) &&
		    name[len] == (tops[i].is_folder ? '/' : '\0'))
			break;
	}
	return i;
}

/* What is wrong with the name of a member, or NULL. */
static const char *name_fault(const char *name)
{
	if (strlen(name) > BUNDLE_NAME_MAX)
		return "is too long";
	if (*name == '/')
		return "leads out of the bundle: it is no relative path";
	for (const char *s = name; *s; s++)
		if (*s < 0x20 || *s > 0x7e || *s == '\\')
			return "has a character that no name may have";
	for (const char *part = name;; part += strcspn(part, "/") + 1) {
		size_t len = strcspn(part, "/");

		if (!len || (len == 1 && *part == '.'))
			return "has an empty part";
		if (len == 2 && !strncmp(part, "..", 2))
			return "leads out of the bundle: it has '..'";
		if (!part[len])
			break;
	}
	return top_of(name) < ARRAY_SIZE(tops) ? NULL : "is none that a bundle has";
}

static int member_check(const json_t *m, const char *before, struct err *e)
{
	const char *name = json_str(m, "name");
	const json_t *program = json_object_get(m, "program");
	json_int_t bytes = json_int_or(m, "bytes", -1);
	const char *fault = name ? name_fault(name) : NULL;

	if (!name)
		return err_set(e, EINVAL, "a member after '%s' has no name", before);
	if (fault)
		return err_set(e, EINVAL, "the member's name '%.200s' %s", name, fault);
	if (!strcmp(name, before))
		return err_set(e, EINVAL, "the member '%.200s' is there twice", name);
	if (strcmp(name, before) < 0)
		return err_set(e, EINVAL, "the member '%.200s' is not in order", name);
	if (bytes < 0)
		return err_set(e, EINVAL, "the member '%.200s' has no size", name);
	if (!is_hash(json_str(m, "sha256")))
		return err_set(e, EINVAL, "the member '%.200s' has no SHA-256", name);
	if (program && !json_is_boolean(program))
		return err_set(e, EINVAL, "the member '%.200s' is neither a program nor none",
			       name);
	return 0;
}

/* Sets *ret_names to an object with the name of every member as a key. */
static int members_check(const json_t *members, json_t **ret_names, struct err *e)
{
	cleanup_json json_t *names = json_object();
	unsigned long long bytes = 0;
	const char *before = "";
	const json_t *m;
	size_t i;

	if (!json_is_array(members) || !json_array_size(members))
		return err_set(e, EINVAL, "it lists no members");
	if (json_array_size(members) > BUNDLE_MEMBERS_MAX)
		return err_set(e, EINVAL, "it lists %zu members; %u is the most",
			       json_array_size(members), BUNDLE_MEMBERS_MAX);
	json_array_foreach(members, i, m) {
		int rc = member_check(m, before, e);

		if (rc)
			return rc;
		before = json_str(m, "name");
		bytes += (unsigned long long)json_int_or(m, "bytes", 0);
		if (bytes > BUNDLE_BYTES_MAX)
			return err_set(e, EINVAL, "its members have over %llu GiB together",
				       BUNDLE_BYTES_MAX >> 30);
		json_object_set_new(names, before, json_true());
	}
	if (!json_object_get(names, BUNDLE_PLAN))
		return err_set(e, EINVAL, "it has no " BUNDLE_PLAN);
	*ret_names = take_ptr(names);
	return 0;
}

/* @value is null, or a member where one is asked for, or else a folder as a member's would be. */
static int file_check(const json_t *value, const char *what, const json_t *member_of, bool may_lack,
		      struct err *e)
{
	const char *name = json_string_value(value);

	if ((!value || json_is_null(value)) && may_lack)
		return 0;
	if (!name || name_fault(name) ||
	    strncmp(name, BUNDLE_REPLAY "/", strlen(BUNDLE_REPLAY "/")) ||
	    (member_of && !json_object_get(member_of, name)))
		return err_set(e, EINVAL, "its %s is no %s of the bundle's", what,
			       member_of ? "member" : "folder");
	return 0;
}

static int kernel_check(const json_t *k, const char *name, const json_t *members, struct err *e)
{
	int rc = file_check(json_object_get(k, "bzimage"), "bzimage", members, false, e);

	if (!rc)
		rc = file_check(json_object_get(k, "modules"), "modules", NULL, true, e);
	if (!rc)
		rc = file_check(json_object_get(k, "vmlinux"), "vmlinux", members, true, e);
	if (!rc)
		rc = file_check(json_object_get(k, "recipe"), "recipe", NULL, true, e);
	return rc ? err_prefix(e, "kernel '%.100s': ", name) : 0;
}

static int parts_check(const json_t *j, const json_t *members, struct err *e)
{
	json_t *kernels = json_object_get(j, "kernels"), *k;
	const json_t *image = json_object_get(j, "image");
	const char *name;
	int rc = 0;

	if (!json_object_size(kernels))
		return err_set(e, EINVAL, "it has no kernels");
	json_object_foreach(kernels, name, k)
		if (!rc)
			rc = kernel_check(k, name, members, e);
	if (!rc)
		rc = kernel_check(json_object_get(j, "reference"), "reference", members, e);
	if (rc)
		return rc;
	if (!json_str(image, "name") || !is_hash(json_str(image, "hash")) ||
	    !is_hash(json_str(image, "sha256")) || json_int_or(image, "bytes", -1) < 0)
		return err_set(e, EINVAL, "its image has no name, hash, bytes or SHA-256");
	rc = file_check(json_object_get(image, "file"), "file", members, true, e);
	return rc ? err_prefix(e, "image: ") : 0;
}

/* What goes to somebody's terminal. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

/* All texts of @j, and all keys. */
static bool all_plain(json_t *j)
{
	const char *key;
	json_t *v;
	size_t i;

	if (json_is_string(j))
		return is_plain(json_string_value(j));
	json_array_foreach(j, i, v)
		if (!all_plain(v))
			return false;
	json_object_foreach(j, key, v)
		if (!is_plain(key) || !all_plain(v))
			return false;
	return true;
}

static int head_check(const json_t *j, struct err *e)
{
	const char *experiment = json_str(j, "experiment");
	const json_t *cell;
	json_int_t schema = json_int_or(j, "schema", 0);
	size_t i;

	if (schema < 1)
		return err_set(e, EINVAL, "it has no schema: this is no bundle of ramrig's");
	if (schema > BUNDLE_SCHEMA)
		return err_set(e, EINVAL,
			       "its schema is %lld, made by a newer ramrig; this one knows %d",
			       (long long)schema, BUNDLE_SCHEMA);
	if (!json_str(j, "ramrig") || !json_str(j, "created"))
		return err_set(e, EINVAL,
			       "it does not say which ramrig made it, or when its plan was made");
	/* It becomes part of a folder's name. */
	if (!experiment || !*experiment || strlen(experiment) > EXPERIMENT_MAX ||
	    strspn(experiment, NAME_FIRST NAME_MORE) != strlen(experiment) ||
	    !strchr(NAME_FIRST, *experiment))
		return err_set(e, EINVAL, "its experiment has no name that one could have");
	if (!json_is_array(json_object_get(j, "ran_on")) ||
	    !json_is_array(json_object_get(j, "cells")))
		return err_set(e, EINVAL,
			       "it does not say which cells it has, or what they ran on");
	json_array_foreach(json_object_get(j, "cells"), i, cell)
		if (!json_is_integer(cell) || json_integer_value(cell) < 1)
			return err_set(e, EINVAL, "cell %zu of those it has is no number", i + 1);
	return 0;
}

static int manifest_check(json_t *j, struct err *e)
{
	cleanup_json json_t *names = NULL;
	const char *key;
	json_t *v;
	int rc = json_is_object(j) ? head_check(j, e) : err_set(e, EINVAL, "it is no object");

	if (!rc)
		rc = members_check(json_object_get(j, "members"), &names, e);
	json_object_foreach(j, key, v)
		if (!rc && strcmp(key, "members") && (!is_plain(key) || !all_plain(v)))
			rc = err_set(e, EINVAL, "a text in it has control characters");
	return rc ? rc : parts_check(j, names, e);
}

int manifest_parse(const char *text, size_t len, json_t **ret, struct err *e)
{
	json_error_t je;

	if (len > BUNDLE_MANIFEST_MAX)
		return err_set(e, EINVAL, BUNDLE_MANIFEST ": it is over %u MiB",
			       BUNDLE_MANIFEST_MAX >> 20);
	cleanup_json json_t *j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);

	if (!j)
		return err_set(e, EINVAL, BUNDLE_MANIFEST ":%d:%d: %s", je.line, je.column,
			       je.text);
	if (manifest_check(j, e))
		return err_prefix(e, BUNDLE_MANIFEST ": ");
	*ret = take_ptr(j);
	return 0;
}

int manifest_text(json_t *manifest, char **ret, size_t *ret_len, struct err *e)
{
	if (manifest_check(manifest, e))
		return err_prefix(e, BUNDLE_MANIFEST ": ");
	cleanup_free char *text =
		json_dumps(manifest, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
	if (!text)
		return err_set(e, ENOMEM, "out of memory for " BUNDLE_MANIFEST);
	if (strlen(text) > BUNDLE_MANIFEST_MAX)
		return err_set(e, EFBIG,
			       BUNDLE_MANIFEST " is over %u MiB: bundle some cells only, by --cell",
			       BUNDLE_MANIFEST_MAX >> 20);
	*ret_len = strlen(text);
	*ret = take_ptr(text);
	return 0;
}

bool manifest_is_analysis(const char *name)
{
	size_t i = top_of(name);

	return i < ARRAY_SIZE(tops) && tops[i].is_analysis;
}

unsigned long long manifest_bytes(const json_t *manifest)
{
	unsigned long long bytes = 0;
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(manifest, "members"), i, m)
		bytes += (unsigned long long)json_int_or(m, "bytes", 0);
	return bytes;
}
