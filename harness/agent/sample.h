/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_SAMPLE_H
#define RAMRIG_AGENT_SAMPLE_H

#include "agent/agent.h"

/*
 * The sampler: reads its sources at a fixed rate and sends an event a tick.
 * Its first column is always "agent.cpu_us", what the agent itself has used.
 */
void sampler_free(struct sampler *s);	/* NULL is fine */

#endif
