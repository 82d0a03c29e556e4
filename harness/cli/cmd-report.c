/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "compare/compare.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/report.h"

/* FORMAT(name, what for, writer, extension): help derives from it. The first is the default. */
#define FORMATS(FORMAT) \
	FORMAT(html, "one page for a browser; it needs no network", \
	       report_html, "html") \
	FORMAT(markdown, "plain text for a mailing list or a merge request", \
	       report_markdown, "md") \
	FORMAT(csv, "a row for each cell and metric (RFC 4180)", report_csv, "csv") \
	FORMAT(csv-comparisons, "a row for each comparison and diagnostic", \
	       report_csv_comparisons, "comparisons.csv") \
	FORMAT(json, "what `ramrig compare --json` prints, and the figures of each arm", \
	       report_json, "json") \
	FORMAT(junit, "JUnit's XML, for Jenkins and GitLab", report_junit, "junit.xml") \
	FORMAT(ktap, "the kernel's test protocol, version 1", report_ktap, "ktap")

static const struct format {
	const char *name;
	report_writer *write;
	const char *extension;
} formats[] = {
#define FORMAT_ROW(name_, what_for, write_, extension_) { #name_, write_, extension_ },
	FORMATS(FORMAT_ROW)
};

#define STDOUT_NAME "-"

static const char *opt_output, *opt_format;

static const struct poptOption options[] = {
	{ "output", 'o', POPT_ARG_STRING, &opt_output, 0,
	  "where to; " STDOUT_NAME " is standard output. Without it, RESULT/report.EXTENSION",
	  "FILE" },
	{ "format", 0, POPT_ARG_STRING, &opt_format, 0, "see above; html without it", "FORMAT" },
	POPT_TABLEEND
};

static const struct format *format_find(const char *name, struct err *e)
{
	char known[256];
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!name || !strcmp(formats[i].name, name))
			return &formats[i];
		at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%s", i ? ", " : "",
				       formats[i].name);
	}
	err_set(e, EINVAL, "there is no format '%s'; there is %s", name, known);
	return NULL;
}

static int report_make(const struct format *f, const char *dir, char **ret, size_t *ret_len,
		       struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *comparison = NULL;
	cleanup_free char *text = NULL;
	size_t len = 0;

	if (result_load(dir, &r, e) || compare_results(r, NULL, &comparison, e))
		return -e->code;
	FILE *out = open_memstream(&text, &len);
	if (!out)
		return err_set(e, ENOMEM, "out of memory for the report");
	int rc = f->write(&(struct report){ r, comparison }, out, e);

	rc = memstream_close(out, rc, "the report", e);
	if (rc)
		return rc;
	*ret = take_ptr(text);
	*ret_len = len;
	return 0;
}

static int report_put(const char *path, const char *text, size_t len, struct err *e)
{
	if (strcmp(path, STDOUT_NAME))
		return file_write_atomic(path, text, len, e);
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout))
		return err_set(e, errno, "cannot write the report: %m");
	return 0;
}

static enum exit_code report_run(int argc, const char *const *argv, struct err *e)
{
	const struct format *f = format_find(opt_format, e);
	cleanup_free char *text = NULL, *path = NULL;
	size_t len = 0;

	(void)argc;
	if (!f)
		return EXIT_USAGE;
	if (report_make(f, argv[0], &text, &len, e))
		return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	path = opt_output ? path_format("%s", opt_output) :
			    path_format("%s/report.%s", argv[0], f->extension);
	if (report_put(path, text, len, e))
		return EXIT_RIG;
	if (strcmp(path, STDOUT_NAME) && !cli.quiet)
		puts(path);
	return EXIT_WELL;
}

#define FORMAT_HELP(name_, what_for, write_, extension_) "\n    " #name_ ": " what_for

const struct command cmd_report = {
	.name = "report",
	.args = "RESULT",
	.summary = "write a result down for people to read",
	.details =
		"Reads the folder RESULT, and nothing else, and writes one file of it, whose name "
		"it prints. Formats:" FORMATS(FORMAT_HELP) "\n"
		"\n"
		"All formats have the figures of `ramrig compare`. What these call for does not "
		"matter here: a report that could be written exits with 0.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = report_run,
};
