/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIMS_TEXT_H
#define RAMRIG_CLAIMS_TEXT_H

#include "lib/json.h"

/* Figures of claims (claims/stated.h, claims/assess.h) in words: new strings that the caller frees. */

/* What is stated: "-41.8 %", "-32.0 to -20.0 %", "less", "1 in each boot". */
char *claims_text_stated(const json_t *figure);

/* What would do: the stated change, its uncertainty and the tolerance; "-" without a figure of ours. */
char *claims_text_band(const json_t *figure);

/* What was seen: "-41.5 %", "0 us to 2.1 s" of boots; "-" for nothing. */
char *claims_text_seen(const json_t *figure);

/* Its interval: "-42.0 to -41.0 %"; "-" for none. */
char *claims_text_interval(const json_t *figure);

/* Which cells tell: "mem_used of ksm under fleet (fleet-ksm), within 10 %". */
char *claims_text_cells(const json_t *figure);

#endif
