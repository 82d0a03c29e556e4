/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "claims/value.h"

#define BETWEEN " to "

/* One number at *@at, which moves behind it. */
static bool number_take(const char **at, double *ret)
{
	const char *digits = *at + (**at == '-' || **at == '+');
	char *end;

	/* Decimal notation alone: strtod() takes hexadecimals, "inf" and "nan", too. */
	if (!isdigit((unsigned char)*digits) ||
	    (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')))
		return false;
	*ret = strtod(*at, &end);
	if (*end == '%') {
		*ret /= 100;
		end++;
	}
	*at = end;
	return isfinite(*ret);
}

int claim_value_parse(const char *text, bool range, double *ret_low, double *ret_high,
		      struct err *e)
{
	const char *at = text;
	double low, high;
	bool fine = number_take(&at, &low);

	high = low;
	if (fine && range && !strncmp(at, BETWEEN, strlen(BETWEEN))) {
		at += strlen(BETWEEN);
		fine = number_take(&at, &high) && low <= high;
	}
	if (!fine || *at)
		return err_set(e, EINVAL, "'%.60s' is no figure such as 266137.58 or -57%%%s", text,
			       range ? ", nor a range such as -32% to -20%" : "");
	*ret_low = low;
	*ret_high = high;
	return 0;
}
