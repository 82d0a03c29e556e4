/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.txt of any bytes: what is made of its stalls and swap-ins is bounded and adds up.
 */
#include <stdint.h>
#include "lib/cleanup.h"
#include "result/stalls.h"
#include "result/swap-ins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void expect_list(const struct stall_list *l, size_t size)
{
	uint64_t sum = l->no_order;

	for (unsigned i = 0; i < STALL_ORDERS_MAX; i++)
		sum += l->orders[i];
	expect(sum == l->us.n && l->us.n <= size && l->succeeded <= l->us.n && l->unpaired <= size);
	expect(l->retries_max <= l->retries);
	for (size_t i = 1; i < l->us.n; i++)
		expect(l->us.v[i - 1] <= l->us.v[i]);
}

static void expect_swap_ins(const uint8_t *data, size_t size, json_t *metrics)
{
	cleanup_json json_t *areas = json_pack("[{s:s, s:i}, {s:s, s:i}]", "kind", "zram", "priority", 100,
					       "kind", "nvme", "priority", 10);
	size_t all = 0;
	cleanup_fclose FILE *f = fmemopen((void *)data, size, "r");
	cleanup_swap_ins struct swap_ins s;
	struct err e;

	expect(!swap_ins_read(f, areas, &s, &e) && s.left_out <= size);
	for (size_t k = 0; k < DEVICE_KIND_COUNT; k++) {
		expect(s.on[k] || !s.ns[k].n);
		all += s.ns[k].n;
	}
	expect(all <= size && s.soon <= all && s.soon_fast <= s.soon);
	expect(!swap_ins_metrics(&s, metrics, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json json_t *events = json_pack("[s, s]", "vmscan:mm_vmscan_direct_reclaim_begin",
						"vmscan:mm_vmscan_direct_reclaim_end");
	cleanup_fclose FILE *f = size ? fmemopen((void *)data, size, "r") : NULL;
	cleanup_json json_t *metrics = json_object(), *j = NULL;
	cleanup_stalls struct stalls *s = NULL;
	struct err e;

	if (!f)
		return 0;
	expect(!stalls_read(f, events, &s, &e));
	expect(stalls_threads(s) <= STALL_THREADS_MAX);
	for (size_t i = 0; i < stalls_threads(s); i++)
		for (size_t m = 0; m < STALL_MECHANISMS; m++)
			expect_list(&stalls_thread(s, i)->lists[m], size);
	j = stalls_json(s);
	expect(j && !stalls_metrics(s, true, metrics, &e));
	expect_swap_ins(data, size, metrics);
	return 0;
}
