/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>
#include "lib/text.h"
#include "workloads/swapstorm/swapstorm-balancer.h"
#include "workloads/swapstorm/swapstorm-file.h"

#define FOLDER "/sys/module/swap_balancer/parameters"
#define SCAN_MS 10		/* the least that it takes */
#define TEXT_MAX 32768

static const char *const param_names[BALANCER_PARAMS] = {
	[BALANCER_ENABLED] = "enabled",
	[BALANCER_WATERMARK] = "watermark",
	[BALANCER_SCAN_INTERVAL] = "scan_interval",
	[BALANCER_MIN_AGE] = "min_age",
	[BALANCER_BATCH] = "batch",
};

static int param_write(enum balancer_param p, const char *text)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", FOLDER, param_names[p]);
	return file_write(path, text);
}

bool balancer_exists(void)
{
	return !access(FOLDER, F_OK);
}

void balancer_params_read(struct balancer_params *ret)
{
	char path[100];
	struct err absent;	/* then the text is empty, which says as much */

	for (enum balancer_param p = 0; p < BALANCER_PARAMS; p++) {
		snprintf(path, sizeof(path), "%s/%s", FOLDER, param_names[p]);
		text_read(path, ret->values[p], sizeof(ret->values[p]), &absent);
	}
}

void balancer_params_write(const struct balancer_params *p)
{
	/* Turned on, if at all, when all else is as it was. */
	for (int i = BALANCER_PARAMS - 1; i >= 0; i--)
		if (*p->values[i])
			param_write((enum balancer_param)i, p->values[i]);
}

int balancer_set(enum balancer_param p, unsigned value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return param_write(p, text);
}

void balancer_drive(unsigned watermark, unsigned batch)
{
	balancer_set(BALANCER_WATERMARK, watermark);
	balancer_set(BALANCER_SCAN_INTERVAL, SCAN_MS);
	balancer_set(BALANCER_MIN_AGE, 0);
	balancer_set(BALANCER_BATCH, batch);
}

void balancer_rage(void)
{
	balancer_drive(0, BALANCER_BATCH_MAX);
	balancer_set(BALANCER_ENABLED, 1);
}

void balancer_off(void)
{
	balancer_set(BALANCER_ENABLED, 0);
}

pid_t balancer_pid(void)
{
	DIR *proc = opendir("/proc");
	pid_t found = 0;
	struct dirent *d;

	while (proc && !found && (d = readdir(proc))) {
		char path[300], name[32];
		struct err gone;

		if (!isdigit((unsigned char)*d->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", d->d_name);
		if (!text_read(path, name, sizeof(name), &gone) && !strcmp(name, "swap_balancer\n"))
			found = (pid_t)strtol(d->d_name, NULL, 10);
	}
	if (proc)
		closedir(proc);
	return found;
}

static void vmstat_read(char text[TEXT_MAX])
{
	struct err absent;

	/* Reading this has each CPU hand in what it has counted. */
	text_read("/proc/sys/vm/stat_refresh", text, TEXT_MAX, &absent);
	text_read("/proc/vmstat", text, TEXT_MAX, &absent);
}

struct balancer_counts balancer_counts_read(void)
{
	static char text[TEXT_MAX];
	struct balancer_counts c = { 0 };

	vmstat_read(text);
	text_number(text, "swap_balancer_scanned", &c.scanned);
	text_number(text, "swap_balancer_moved", &c.moved);
	text_number(text, "swap_balancer_raced", &c.raced);
	text_number(text, "swap_balancer_failed", &c.failed);
	return c;
}

uint64_t refaults_read(void)
{
	static char text[TEXT_MAX];
	uint64_t n = 0;

	vmstat_read(text);
	text_number(text, "workingset_refault_anon", &n);
	return n;
}
