/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "image/image.h"
#include "image/image-list.h"
#include "lib/cleanup.h"

static struct {
	int json;
} opts;

static const struct poptOption list_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	POPT_TABLEEND
};

static const struct listing_column columns[] = {
	{ "name", "NAME", LISTING_TEXT },   { "bytes", "SIZE", LISTING_BYTES },
	{ "used", "USED", LISTING_TEXT },   { "path", "PATH", LISTING_TEXT },
	{ NULL, NULL, 0 }
};

static int build_one(const char *name, struct err *e)
{
	struct image image = { 0 };
	bool built = false;

	if (image_ensure(&cli.search, name, &cli_progress, &image, &built, e))
		return listing_exit_code(e);
	printf("%s %s %s\n", image.name, built ? "built" : "cached", image.path);
	image_clear(&image);
	return EXIT_WELL;
}

static enum exit_code image_build_run(int argc, const char *const *argv, struct err *e)
{
	int code = EXIT_WELL;

	if (!argc)
		return build_one("default", e);
	for (int i = 0; i < argc && code == EXIT_WELL; i++)
		code = build_one(argv[i], e);
	return code;
}

static enum exit_code image_list_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *list = NULL;

	(void)argc;
	(void)argv;
	if (image_list(&cli.search, &list, e) || listing_print(list, columns, opts.json, e))
		return EXIT_RIG;
	return EXIT_WELL;
}

const struct command cmd_image_build = {
	.name = "image build",
	.args = "[NAME...]",
	.summary = "make guests' root file systems, where not cached yet",
	.details =
		"An image is made by mmdebstrap from a recipe (images/rootfs/NAME/) and the "
		"Debian sources that this host's apt is configured with: as root, or as an "
		"ordinary user with subordinate users, or with fakechroot. Without NAME it is the "
		"image \"default\". `ramrig run` makes what it needs by itself.\n\n"
		"A changed recipe makes a new image; a new day does not. `ramrig cache prune "
		"--days 0` empties the cache, so that the next build has the newest packages.",
	.options = NULL,
	.min_args = 0,
	.max_args = -1,
	.run = image_build_run,
};

const struct command cmd_image_list = {
	.name = "image list",
	.args = "",
	.summary = "list the recipes of images, and what is built of them",
	.details = NULL,
	.options = list_options,
	.min_args = 0,
	.max_args = 0,
	.run = image_list_run,
};
