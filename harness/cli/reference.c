/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "claims/judge.h"
#include "cli/reference.h"
#include "history/change.h"
#include "patch/trial-judge.h"
#include "plan/arms.h"
#include "result/metric.h"
#include "result/outcome.h"
#include "result/series.h"
#include "result/trouble.h"
#include "spec/spec.h"

/* People start with the experiment and end with what they change least. */
static const enum spec_kind order[SPEC_KIND_COUNT] = {
	SPEC_EXPERIMENT, SPEC_WORKLOAD, SPEC_POLICY, SPEC_TOPOLOGY, SPEC_KERNEL, SPEC_IMAGE,
	SPEC_CLAIM,
};

static void print_outcomes(FILE *out, const char *title, const char *column,
			   const struct outcome_info *table, int n)
{
	fprintf(out, "## %s\n\n| %s | when | exit code |\n| --- | --- | --- |\n", title, column);
	for (int i = 0; i < n; i++)
		fprintf(out, "| `%s` | %s | %d |\n", table[i].name, table[i].meaning,
			table[i].exit);
	fputc('\n', out);
}

static void print_exit_codes(FILE *out)
{
	fputs("## exit codes\n\n| code | meaning |\n| --- | --- |\n", out);
	for (int i = 0; i <= EXIT_KERNEL; i++)
		fprintf(out, "| %d | %s |\n", i, exit_code_meaning[i]);
	fprintf(out, "\n%s\n", exit_code_order);
}

void reference_print(FILE *out)
{
	fputs("# Reference\n\n"
	      "Written by `ramrig docs reference` from the tables that the program itself goes\n"
	      "by. Edit those, not this page. The pages beside it say what it is all for.\n\n"
	      "A name is that of a file or folder on the search path. A size has a binary unit\n"
	      "(`512MiB`), a duration `ms`, `s`, `m` or `h`, a share is written `5%`. A key\n"
	      "without a default is optional and then absent, unless it is required.\n\n", out);
	for (int i = 0; i < SPEC_KIND_COUNT; i++)
		spec_print_reference(order[i], out);
	fputs("## policies that contradict each other\n\n"
	      "Such an arm is refused, with both names.\n\n", out);
	plan_print_contradictions(out);
	fputc('\n', out);
	fputs("## metrics\n\n"
	      "Made from samples over the measured window. `{group}` stands for each group of\n"
	      "the workload; a workload's own figures come on top.\n\n", out);
	metric_print_reference(out);
	fputs("\n## the memory view\n\n"
	      "What `ramrig series` shows over time where no metric is named.\n\n", out);
	series_print_reference(out);
	fputc('\n', out);
	print_outcomes(out, "outcomes of a cell", "outcome", outcome_table, OUTCOME_COUNT);
	fputs("## reports of a guest's kernel\n\n"
	      "Read from the guest's console, in good cells too.\n\n", out);
	trouble_print_reference(out);
	fputc('\n', out);
	print_outcomes(out, "verdicts of a comparison", "verdict", verdict_table, VERDICT_COUNT);
	fputs("## verdicts on a patch\n\n"
	      "What `ramrig try` ends with: the first of these that holds.\n\n", out);
	trial_print_reference(out);
	fputs("\n## verdicts on a claim\n\n"
	      "What `ramrig claims run` gives each published figure.\n\n", out);
	claim_print_reference(out);
	fputs("\n## changes between nights\n\n"
	      "What `ramrig history` knows of a change point.\n\n", out);
	change_print_reference(out);
	fputc('\n', out);
	print_exit_codes(out);
}
