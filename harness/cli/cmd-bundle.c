/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "bundle/make.h"
#include "bundle/read.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define SUFFIX ".bundle.tar.zst"

static const char *opt_output;
static int opt_image, opt_vmlinux, opt_json, opt_members;
static const char **opt_cells;

static const struct poptOption make_options[] = {
	{ "output", 'o', POPT_ARG_STRING, &opt_output, 0,
	  "the bundle's file; default RESULT" SUFFIX, "FILE" },
	{ "with-image", '\0', POPT_ARG_NONE, &opt_image, 0,
	  "the image itself, too: some hundred MiB; without it, only what identifies it", NULL },
	{ "with-vmlinux", '\0', POPT_ARG_NONE, &opt_vmlinux, 0,
	  "the vmlinux of kernels built from source, too, for lines of source in reports", NULL },
	{ "cell", '\0', POPT_ARG_ARGV, &opt_cells, 0, "only this cell; may be given again", "N" },
	POPT_TABLEEND
};

static const struct poptOption show_options[] = {
	{ "members", '\0', POPT_ARG_NONE, &opt_members, 0, "every file in it", NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print its manifest, for programs", NULL },
	POPT_TABLEEND
};

/* "results/smoke/" makes "results/smoke.bundle.tar.zst". */
static char *default_output(const char *result)
{
	size_t len = strlen(result);

	while (len > 1 && result[len - 1] == '/')
		len--;
	return path_format("%.*s" SUFFIX, (int)len, result);
}

static enum exit_code make_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_free char *path =
		opt_output ? path_format("%s", opt_output) : default_output(argv[0]);
	cleanup_json json_t *manifest = NULL;
	const struct bundle_opts o = {
		.result = argv[0],
		.path = path,
		.image = opt_image,
		.vmlinux = opt_vmlinux,
		.cells = opt_cells,
		.progress = &cli_progress,
	};

	(void)argc;
	if (bundle_make(&o, &manifest, e))
		return e->code == ESTALE ? EXIT_USAGE : listing_exit_code(e);
	printf("bundle: %s\n", path);
	return EXIT_WELL;
}

static const struct listing_column member_columns[] = {
	{ "bytes", "BYTES", LISTING_NUMBER }, { "sha256", "SHA-256", LISTING_TEXT },
	{ "name", "MEMBER", LISTING_TEXT },   { NULL, NULL, 0 }
};

/* "debian-6.12: 9 modules, its recipe with 2 patches": what there is of a kernel. */
static void kernel_print(const json_t *manifest, const char *name, const json_t *k)
{
	const char *modules = json_str(k, "modules"), *recipe = json_str(k, "recipe");
	size_t n_modules = 0, n_patches = 0, i;
	const json_t *m;

	json_array_foreach(json_object_get(manifest, "members"), i, m) {
		const char *member = json_str(m, "name"), *dot = strrchr(member, '.');

		n_modules += modules && !strncmp(member, modules, strlen(modules)) &&
			     strstr(member, ".ko");
		n_patches += recipe && !strncmp(member, recipe, strlen(recipe)) && dot &&
			     !strcmp(dot, ".patch");
	}
	printf("kernel      %s: %zu modules", name, n_modules);
	if (recipe)
		printf(", its recipe with %zu patches", n_patches);
	printf("%s\n", json_str(k, "vmlinux") ? ", vmlinux" : "");
}

static void ran_on_print(const json_t *ran_on)
{
	const json_t *r;
	size_t i;

	json_array_foreach(ran_on, i, r)
		printf("ran on      ramrig %s, QEMU %s (%s), libvirt %s, %lld CPUs, Linux %s\n",
		       json_str_or(r, "ramrig", "?"), json_str_or(r, "qemu", "?"),
		       json_str_or(r, "accelerator", "?"), json_str_or(r, "libvirt", "?"),
		       (long long)json_int_or(r, "cpus", 0), json_str_or(r, "kernel", "?"));
}

static void manifest_print(const json_t *m)
{
	const json_t *image = json_object_get(m, "image");
	json_t *kernels = json_object_get(m, "kernels"), *k;
	const char *name;

	printf("experiment  %s, planned %s\n", json_str(m, "experiment"), json_str(m, "created"));
	printf("cells       %zu with a result\n", json_array_size(json_object_get(m, "cells")));
	ran_on_print(json_object_get(m, "ran_on"));
	json_object_foreach(kernels, name, k)
		kernel_print(m, name, k);
	printf("image       %s %.16s, %s\n", json_str(image, "name"), json_str(image, "hash"),
	       json_str(image, "file") ? "in the bundle" : "not in the bundle");
	printf("members     %zu, %.1f MiB, by ramrig %s\n",
	       json_array_size(json_object_get(m, "members")),
	       (double)manifest_bytes(m) / (1 << 20), json_str(m, "ramrig"));
}

static enum exit_code show_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *manifest = NULL;

	(void)argc;
	if (opt_members && opt_json) {
		err_set(e, EINVAL, "--members and --json exclude each other");
		return EXIT_USAGE;
	}
	if (bundle_manifest(argv[0], &manifest, NULL, e))
		return listing_exit_code(e);
	if (opt_members)
		return listing_print(json_object_get(manifest, "members"), member_columns, false, e)
			       ? EXIT_RIG
			       : EXIT_WELL;
	if (opt_json) {
		json_dumpf(manifest, stdout, JSON_INDENT(2));
		putchar('\n');
		return EXIT_WELL;
	}
	manifest_print(manifest);
	return EXIT_WELL;
}

static enum exit_code unpack_main(int argc, const char *const *argv, struct err *e)
{
	(void)argc;
	if (bundle_unpack(argv[0], argv[1], BUNDLE_WHOLE, e))
		return e->code == ENOTEMPTY ? EXIT_USAGE : listing_exit_code(e);
	return EXIT_WELL;
}

const struct command cmd_bundle = {
	.name = "bundle",
	.args = "RESULT",
	.summary = "put a result into one file that can be analysed and run again elsewhere",
	.details =
		"The file has all that RESULT's folder has, and what its cells were run with: "
		"kernels, the modules that its guests loaded, configurations, patches of kernels "
		"built from source, agent, daemons and the workloads' programs. All of it is held "
		"against the hashes that the result recorded; what is gone or has changed since is "
		"named, and nothing is written.\n\n"
		"`compare`, `figures`, `series`, `stalls` and `replay` take the file in place of a "
		"folder. It is a tar archive under zstd, and equal results give equal bytes.",
	.options = make_options,
	.min_args = 1,
	.max_args = 1,
	.run = make_main,
};

const struct command cmd_bundle_show = {
	.name = "bundle show",
	.args = "FILE",
	.summary = "what a bundle has, by its manifest",
	.details = "Reads the manifest alone; what the members really are is checked when they are "
		   "read.",
	.options = show_options,
	.min_args = 1,
	.max_args = 1,
	.run = show_main,
};

const struct command cmd_bundle_unpack = {
	.name = "bundle unpack",
	.args = "FILE DIR",
	.summary = "make a result's folder of a bundle",
	.details = "DIR is made, or is empty. Every member is held against the manifest; where one "
		   "is not what it says, the rest is not unpacked.",
	.options = NULL,
	.min_args = 2,
	.max_args = 2,
	.run = unpack_main,
};
