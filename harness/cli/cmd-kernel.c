/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "image/kernel.h"
#include "image/kernel-config.h"
#include "image/kernel-package.h"
#include "image/kernel-source.h"
#include "image/kernel-source-build.h"
#include "lib/cleanup.h"

static struct {
	int json;
} opts;

static const struct poptOption json_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	POPT_TABLEEND
};

static const struct listing_column list_columns[] = {
	{ "name", "NAME", LISTING_TEXT },	{ "release", "RELEASE", LISTING_TEXT },
	{ "package", "PACKAGE", LISTING_TEXT }, { "version", "VERSION", LISTING_TEXT },
	{ NULL, NULL, 0 }
};

/* What `kernel show` prints, in this order. */
static const struct {
	const char *key, *title;
} facts[] = {
	{ "name", "name" },	  { "release", "release" }, { "package", "package" },
	{ "version", "version" }, { "hash", "SHA-256" },    { "bzimage", "bzImage" },
	{ "modules", "modules" }, { "vmlinux", "vmlinux" },
};

static int fetch_one(const char *name, struct err *e)
{
	struct kernel k = { 0 };

	if (kernel_package_ensure(&cli.search, name, true, &cli_progress, &k, e))
		return listing_exit_code(e);
	printf("%s is %s (%s %s)\n", k.name, k.release, k.package, k.version);
	kernel_clear(&k);
	return EXIT_WELL;
}

static enum exit_code kernel_fetch_run(int argc, const char *const *argv, struct err *e)
{
	int code = EXIT_WELL;

	for (int i = 0; i < argc && code == EXIT_WELL; i++)
		code = fetch_one(argv[i], e);
	return code;
}

/* What is here of the kernel that is called so; asks nobody. */
static int find_cached(const char *name, struct kernel *k, struct err *e)
{
	enum kernel_kind kind;

	if (kernel_kind_find(&cli.search, name, &kind, e))
		kind = KERNEL_PACKAGE;
	switch (kind) {
	case KERNEL_SOURCE:
		return kernel_build_find(&cli.search, name, k, e);
	case KERNEL_PREBUILT:
		return kernel_ensure(&cli.search, name, NULL, NULL, k, e);
	default:
		return kernel_package_cached(name, k, e);
	}
}

static enum exit_code kernel_list_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *names = search_list(&cli.search, SPEC_KERNEL);
	cleanup_json json_t *rows = json_array();
	const json_t *name;
	size_t i;

	(void)argc;
	(void)argv;
	json_array_foreach(names, i, name) {
		struct kernel k = { 0 };
		struct err absent;

		if (find_cached(json_string_value(name), &k, &absent)) {
			json_array_append_new(rows, json_pack("{s:O}", "name", name));
			continue;
		}
		json_array_append_new(rows, kernel_to_json(&k));
		kernel_clear(&k);
	}
	return listing_print(rows, list_columns, opts.json, e) ? EXIT_RIG : EXIT_WELL;
}

static void print_facts(const json_t *j, const json_t *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		const char *value = json_str(j, facts[i].key);

		printf("%-10s %s\n", facts[i].title, value ? value : "-");
	}
	if (!config) {
		puts("\nIts config file is not known.");
		return;
	}
	putchar('\n');
	for (const struct kernel_option *o = kernel_options; o->name; o++) {
		const char *value = json_str(config, o->name);

		printf("%-2s CONFIG_%-22s %s\n", value ? value : "-", o->name, o->meaning);
	}
}

/* A name is looked up in the cache first: showing a kernel needs no network, nor a build. */
static int find_kernel(const char *name, struct kernel *k, struct err *e)
{
	struct err absent;
	enum kernel_kind kind;

	if (!find_cached(name, k, e))
		return 0;
	if (!kernel_kind_find(&cli.search, name, &kind, &absent) && kind != KERNEL_PACKAGE)
		return -e->code;
	return kernel_ensure(&cli.search, name, NULL, &cli_progress, k, e);
}

static enum exit_code kernel_show_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *config = NULL;
	struct kernel k = { 0 };

	(void)argc;
	if (find_kernel(argv[0], &k, e))
		return listing_exit_code(e);
	cleanup_json json_t *j = kernel_to_json(&k);
	int rc = kernel_config_load(&k, &config, e);

	kernel_clear(&k);
	if (rc)
		return EXIT_RIG;
	if (!opts.json) {
		print_facts(j, config);
		return EXIT_WELL;
	}
	json_object_set(j, "config", config ? config : json_null());
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	return EXIT_WELL;
}

const struct command cmd_kernel_fetch = {
	.name = "kernel fetch",
	.args = "NAME...",
	.summary = "fetch the newest packages of stock kernels",
	.details =
		"A stock kernel (images/kernels/NAME/) names a Debian package by pattern. The "
		"newest that this host's apt offers is downloaded and unpacked; nothing is "
		"installed. `ramrig run` fetches what it needs by itself and asks apt once a day; "
		"this command asks now.",
	.options = NULL,
	.min_args = 1,
	.max_args = -1,
	.run = kernel_fetch_run,
};

const struct command cmd_kernel_list = {
	.name = "kernel list",
	.args = "",
	.summary = "list the kernels, and what is cached of them",
	.details = NULL,
	.options = json_options,
	.min_args = 0,
	.max_args = 0,
	.run = kernel_list_run,
};

const struct command cmd_kernel_show = {
	.name = "kernel show",
	.args = "NAME|PATH",
	.summary = "show a kernel's release, files and memory options",
	.details =
		"PATH is a bzImage or a built kernel tree. The options come from the config file "
		"beside the image (config-RELEASE, or .config of a tree).",
	.options = json_options,
	.min_args = 1,
	.max_args = 1,
	.run = kernel_show_run,
};
