/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "cell/guest.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/guest-options.h"
#include "cli/listing.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "topology/draw.h"

static int opt_json, opt_xml;

static const struct poptOption list_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print JSON, for programs", NULL },
	POPT_TABLEEND
};

static const struct poptOption show_options[] = {
	{ "xml", '\0', POPT_ARG_NONE, &opt_xml, 0,
	  "print the libvirt domain that would be booted; paths in capitals stand for files made "
	  "for each guest", NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)hardware_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static const struct listing_column list_columns[] = {
	{ "name", "NAME", LISTING_TEXT },	{ "cpus", "CPUS", LISTING_TEXT },
	{ "nodes", "NODES", LISTING_TEXT },	{ "devices", "DEVICES", LISTING_TEXT },
	{ "here", "RUNS HERE", LISTING_TEXT },	{ NULL, NULL, 0 }
};

/* What stands behind the place in an error about the file @path. */
static const char *without_place(const char *msg, const char *path)
{
	size_t len = strlen(path);

	if (strncmp(msg, path, len))
		return msg;
	msg += len;
	return msg + strspn(msg, ":0123456789 ");
}

/* A file that is wrong is listed, too, with what is wrong in it. */
static json_t *list_row(const char *name, struct site *site)
{
	const struct topology_wish anywhere = { .scale = 1 }, here = { .scale = 1, .site = site };
	cleanup_json json_t *doc = NULL, *same = NULL;
	cleanup_free char *path = NULL;
	struct topology t;
	struct err e;

	if (search_find(&cli.search, SPEC_TOPOLOGY, name, &path, &e) ||
	    topology_load(&cli.search, path, &anywhere, &doc, &e) ||
	    topology_read(doc, &t, NULL, &e))
		return json_pack("{s:s, s:s}", "name", name, "here", e.msg);
	cleanup_free char *nodes = topology_nodes_text(&t), *devices = topology_devices_text(&t);
	bool runs = !topology_load(&cli.search, path, &here, &same, &e);

	return json_pack("{s:s, s:O, s:i, s:s, s:s, s:b, s:s}", "name", name, "summary",
			 json_object_get(doc, "summary"), "cpus", (int)t.cpus, "nodes", nodes,
			 "devices", devices, "runs_here", runs, "here",
			 runs ? "yes" : without_place(e.msg, path));
}

static enum exit_code topology_list_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *names = search_list(&cli.search, SPEC_TOPOLOGY), *rows = json_array();
	cleanup_site struct site site = { 0 };
	const json_t *name;
	size_t i;

	(void)argc;
	(void)argv;
	json_array_foreach(names, i, name)
		json_array_append_new(rows, list_row(json_string_value(name), &site));
	return listing_print(rows, list_columns, opt_json, e) ? EXIT_RIG : EXIT_WELL;
}

static bool terminal_is_utf8(void)
{
	locale_t users = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool is = users && !strcmp(nl_langinfo_l(CODESET, users), "UTF-8");

	if (users)
		freelocale(users);
	return is;
}

static int print_xml(const struct topology *t, const struct draw_opts *d, struct err *e)
{
	cleanup_free char *emulator = NULL, *why = NULL, *xml = NULL;
	struct guest_opts o = {
		.run_dir = "/WORK",
		.out_dir = "/WORK/out",
		.clock = d->clock,
		.topology = t,
		.features = d->features,
		.bzimage = "/KERNEL",
		.initrd = "/WORK/initrd",
		.image = "/IMAGE",
		.seed = 1,
	};
	int rc = qemu_find(&emulator, e);

	if (!rc)
		rc = accel_probe(&o.accel, &why, e);
	if (d->clock == CLOCK_VIRTUAL)
		o.accel = ACCEL_TCG;
	o.emulator = emulator;
	if (!rc)
		rc = guest_describe(&o, &xml, e);
	if (!rc)
		fputs(xml, stdout);
	return rc;
}

static int show(const struct topology *t, const struct draw_opts *d, struct err *e)
{
	if (opt_xml)
		return print_xml(t, d, e);
	if (opt_json) {
		cleanup_json json_t *j = topology_describe(t, d);

		json_dumpf(j, stdout, JSON_INDENT(2));
		putchar('\n');
		return 0;
	}
	cleanup_free char *text = topology_draw(t, d);

	fputs(text, stdout);
	return 0;
}

static enum exit_code topology_show_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_features struct vm_features features = { 0 };
	cleanup_json json_t *doc = NULL;
	struct topology_wish w;
	struct topology t;
	struct err unasked;

	(void)argc;
	if (guest_options_wish(NULL, &w, e) || guest_options_topology(argv[0], NULL, &doc, e) ||
	    topology_read(doc, &t, NULL, e))
		return EXIT_USAGE;
	/* Only of an expander can more be said than stands in the file. */
	bool asked = topology_nodes_of(&t, NODE_CXL) && !vm_features_probe(&features, &unasked);
	const struct draw_opts d = {
		.summary = json_str(doc, "summary"),
		.clock = w.clock,
		.features = asked ? &features : NULL,
		.utf8 = terminal_is_utf8(),
	};

	return show(&t, &d, e) ? EXIT_RIG : EXIT_WELL;
}

const struct command cmd_topology_list = {
	.name = "topology list",
	.args = "",
	.summary = "list the topologies, and whether this host can give them",
	.details = NULL,
	.options = list_options,
	.min_args = 0,
	.max_args = 0,
	.run = topology_list_run,
};

const struct command cmd_topology_show = {
	.name = "topology show",
	.args = "TOPOLOGY",
	.summary = "draw a topology",
	.details = "CPUs, memory nodes with what is declared of them and the tier they land in, the "
		   "CXL hierarchy, devices; and how slow each of them is in a guest. Nothing is "
		   "started.",
	.options = show_options,
	.min_args = 1,
	.max_args = 1,
	.run = topology_show_run,
};
