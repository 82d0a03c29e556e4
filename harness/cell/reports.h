/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_REPORTS_H
#define RAMRIG_CELL_REPORTS_H

#include "cell/cell.h"
#include "result/trouble.h"

/*
 * Reads what the kernel of a guest that has ended told on its console into
 * "reports" of the cell's result. Trouble that shows in its taint alone, and
 * reports beyond those kept, are warnings of the cell. Sets *ret, which the
 * caller frees; a console that cannot be read is a warning, and *ret untouched.
 */
void cell_reports_read(struct cell *c, struct troubles **ret);

/*
 * Marks those of a good cell's reports that its workload brings the kernel to as
 * "expected". Where a cell failed, any of them may be why.
 */
void cell_reports_expect(struct cell *c);

#endif
