/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "image/cache.h"
#include "lib/cleanup.h"

#define KEEP_DAYS 30

static struct {
	int json, dry_run, days;
} opts = { .days = KEEP_DAYS };

static const struct poptOption list_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	POPT_TABLEEND
};

static const struct poptOption prune_options[] = {
	{ "days", '\0', POPT_ARG_INT, &opts.days, 0,
	  "remove what was not used for so many days; default 30", "N" },
	{ "dry-run", 'n', POPT_ARG_NONE, &opts.dry_run, 0, "only say what would be removed", NULL },
	POPT_TABLEEND
};

static const struct listing_column columns[] = {
	{ "kind", "KIND", LISTING_TEXT }, { "name", "NAME", LISTING_TEXT },
	{ "bytes", "SIZE", LISTING_BYTES }, { "used", "USED", LISTING_TEXT },
	{ "path", "PATH", LISTING_TEXT },   { NULL, NULL, 0 }
};

static enum exit_code cache_list_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *list = NULL;

	(void)argc;
	(void)argv;
	if (cache_list(&list, e) || listing_print(list, columns, opts.json, e))
		return EXIT_RIG;
	return EXIT_WELL;
}

static enum exit_code cache_prune_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *removed = NULL;
	const json_t *entry;
	json_int_t bytes = 0;
	size_t i;

	(void)argc;
	(void)argv;
	if (opts.days < 0) {
		err_set(e, EINVAL, "--days %d: a number of days is at least 0", opts.days);
		return EXIT_USAGE;
	}
	if (cache_prune((unsigned)opts.days, opts.dry_run, &removed, e))
		return EXIT_RIG;
	json_array_foreach(removed, i, entry) {
		bytes += json_int_or(entry, "bytes", 0);
		printf("%s %s\n", opts.dry_run ? "would remove" : "removed",
		       json_str(entry, "path"));
	}
	printf("%s %.1f MiB\n", opts.dry_run ? "would free" : "freed", (double)bytes / (1 << 20));
	return EXIT_WELL;
}

const struct command cmd_cache_list = {
	.name = "cache list",
	.args = "",
	.summary = "list the images and kernels in the cache",
	.details = "The cache is $XDG_CACHE_HOME/ramrig, or ~/.cache/ramrig.",
	.options = list_options,
	.min_args = 0,
	.max_args = 0,
	.run = cache_list_run,
};

const struct command cmd_cache_prune = {
	.name = "cache prune",
	.args = "",
	.summary = "remove what was not used lately from the cache",
	.details =
		"Whatever is removed is made again when it is next needed. Old results keep "
		"the hashes and versions of what they ran on, and need nothing of the cache. "
		"What is being built is left alone; what dead builds left is removed, too.",
	.options = prune_options,
	.min_args = 0,
	.max_args = 0,
	.run = cache_prune_run,
};
