/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/help.h"
#include "lib/cleanup.h"
#include "vm/embed.h"

static void say_line(void *arg, const char *line)
{
	(void)arg;
	if (!cli.quiet)
		fprintf(stderr, "ramrig: %s\n", line);
}

struct cli_globals cli = { .connect = EMBED_URI };
const struct progress cli_progress = { .say = say_line };

/* Options of every command. popt calls back for --path, which may stand often. */
static struct err path_error;

static void add_path(poptContext con, enum poptCallbackReason reason,
		     const struct poptOption *opt, const char *arg, const void *data)
{
	(void)con;
	(void)data;
	if (reason == POPT_CALLBACK_REASON_OPTION && opt->val == 'p' && !path_error.code)
		search_add(&cli.search, arg, &path_error);
}

const struct poptOption global_options[] = {
	{ NULL, '\0', POPT_ARG_CALLBACK, (void *)add_path, 0, NULL, NULL },
	{ "path", '\0', POPT_ARG_STRING, NULL, 'p',
	  "a folder of your own kernels, topologies, policies, workloads and experiments, "
	  "searched before ramrig's; may be given again", "DIR" },
	{ "connect", '\0', POPT_ARG_STRING, &cli.connect, 0,
	  "libvirt's URI: qemu:///embed (the default: no daemon), qemu:///session or qemu:///system", "URI" },
	{ "quiet", 'q', POPT_ARG_NONE, &cli.quiet, 0, "say nothing but results and errors", NULL },
	POPT_TABLEEND
};

static __attribute__((format(printf, 2, 3))) int usage_error(const struct command *c,
							      const char *fmt, ...)
{
	va_list ap;

	fputs("ramrig: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'ramrig help%s%s'.\n", c ? " " : "", c ? c->name : "");
	return EXIT_USAGE;
}

/*
 * Finds the command that the leading words of @argv name, the longest first.
 * Sets *ret_words to how many words its name has.
 */
static const struct command *find_command(int argc, const char *const *argv, int *ret_words)
{
	const struct command *found = NULL;

	for (size_t i = 0; commands[i]; i++) {
		const char *space = strchr(commands[i]->name, ' ');
		size_t first = space ? (size_t)(space - commands[i]->name)
				     : strlen(commands[i]->name);
		bool match = strlen(argv[0]) == first && !strncmp(argv[0], commands[i]->name, first);

		if (match && space)
			match = argc > 1 && !strcmp(argv[1], space + 1);
		if (match && (!found || space)) {
			found = commands[i];
			*ret_words = space ? 2 : 1;
		}
	}
	return found;
}

static void print_error(const struct err *e)
{
	if (!e->msg[0])
		return;
	fprintf(stderr, "ramrig: %s\n", e->msg);
	if (e->excerpt[0])
		fprintf(stderr, "%s\n", e->excerpt);
}

static int run_command(const struct command *c, poptContext con)
{
	static const char *const none[] = { NULL };
	const char *const *args = poptGetArgs(con);
	struct err e = { 0 };
	int n = 0;

	if (!args)
		args = none;
	while (args[n])
		n++;
	if (n < c->min_args)
		return usage_error(c, "missing argument: ramrig %s", help_usage(c));
	if (c->max_args >= 0 && n > c->max_args)
		return usage_error(c, "too many arguments, from '%s' on", args[c->max_args]);
	if (path_error.code || search_add_own(&cli.search, &path_error)) {
		print_error(&path_error);
		return EXIT_USAGE;
	}
	int code = c->run(n, args, &e);

	print_error(&e);
	search_clear(&cli.search);
	return code;
}

/* Reads the options of @table; what is wrong with them is printed. */
static int read_options(poptContext con, const struct command *c)
{
	int rc;

	do {
		rc = poptGetNextOpt(con);
	} while (rc >= 0);
	if (rc == -1)
		return EXIT_WELL;
	return usage_error(c, "%s: %s", poptBadOption(con, POPT_BADOPTION_NOALIAS),
			   poptStrerror(rc));
}

static int dispatch(int argc, const char *const *argv)
{
	static const struct poptOption no_options[] = { POPT_TABLEEND };
	int words = 0;
	const struct command *c = find_command(argc, argv, &words);

	if (!strcmp(argv[0], "help"))
		return help_main(argc - 1, argv + 1);
	if (!c)
		return help_no_command(argc, argv);
	for (int i = words; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			help_print_command(c, stdout);
			return EXIT_WELL;
		}
	}
	struct poptOption table[] = {
		{ NULL, '\0', POPT_ARG_INCLUDE_TABLE,
		  (void *)(c->options ? c->options : no_options), 0, NULL, NULL },
		{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)global_options, 0, NULL, NULL },
		POPT_TABLEEND
	};
	/* popt passes over the first word, here the command's last. */
	poptContext con = poptGetContext("ramrig", argc - words + 1,
					 (const char **)argv + words - 1, table, 0);
	int code = read_options(con, c);

	if (!code)
		code = run_command(c, con);
	poptFreeContext(con);
	return code;
}

static int show_version;
static int show_help;

/* Global options may stand before the command, too. */
static const struct poptOption first_options[] = {
	{ "version", '\0', POPT_ARG_NONE, &show_version, 0, "print the version", NULL },
	{ "help", 'h', POPT_ARG_NONE, &show_help, 0, "print this help", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)global_options, 0, NULL, NULL },
	POPT_TABLEEND
};

/*
 * What our caller left open is not for the programs that we start: mmdebstrap
 * fails where the low descriptors are taken (its shell knows single digits only).
 */
static void keep_descriptors_from_children(void)
{
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

int main(int argc, const char **argv)
{
	keep_descriptors_from_children();
	poptContext con = poptGetContext("ramrig", argc, argv, first_options,
					 POPT_CONTEXT_POSIXMEHARDER);
	int code = read_options(con, NULL), n = 0;
	const char *const *rest = poptGetArgs(con);

	while (rest && rest[n])
		n++;
	if (!code && show_version) {
		puts("ramrig " RAMRIG_VERSION);
	} else if (!code && (show_help || !n)) {
		help_print_all(show_help ? stdout : stderr);
		code = show_help ? EXIT_WELL : EXIT_USAGE;
	} else if (!code) {
		code = dispatch(n, rest);
	}
	poptFreeContext(con);
	if ((fflush(stdout) || ferror(stdout)) && !code) {
		perror("ramrig: standard output");
		code = EXIT_RIG;
	}
	return code;
}
