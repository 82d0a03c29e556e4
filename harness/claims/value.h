/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIM_VALUE_H
#define RAMRIG_CLAIM_VALUE_H

#include <stdbool.h>
#include "lib/err.h"

/*
 * A figure as a vendor prints it: "266137.58", "+5%", "-32% to -20%". A percentage is a
 * fraction of one. @range: two may stand there, the lesser first; else *ret_high is *ret_low.
 * -EINVAL for anything else.
 */
int claim_value_parse(const char *text, bool range, double *ret_low, double *ret_high,
		      struct err *e);

#endif
