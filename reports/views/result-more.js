// SPDX-License-Identifier: GPL-2.0-or-later
//
// The later sections of a result's page: over time, machine, cost, trouble, diagnostics, and what
// it takes to run it again.
'use strict';

const FAILURES = 300;		// rows shown; the comparison has all

// The series of one metric of a cell, in what the axis is in.
function seriesOf(cell, name, size) {
	const s = cell.series[name];

	if (!s)		// no sample holds it
		return {t: [0], v: [null], to: cell.to_s};
	return {t: s.t || cell.t, v: s.v.map(v => v === null ? null : v / size), to: cell.to_s};
}

function timeTable(base, arm, names, caption) {
	const [t, b, a] = uPlot.join([[base.t, base.v], [arm.t, arm.v]]);

	return table({caption, columns: [right('Seconds'), right(names[0]), right(names[1])],
		bodies: [{rows: t.map((at, i) => [number(at), number(b[i]), number(a[i])])}]});
}

function timeFigure(c) {
	const text = `${c.title}, ${c.unit}`, label = `${text}, over time: ${c.names.join(' and ')}. The table below has the figures.`;

	return el('figure', {class: 'small'}, el('figcaption', {}, el('strong', {}, c.title), ` ${c.meaning}`),
		overTime(Object.assign({label}, c)),
		fold('The figures', () => timeTable(c.base, c.arm, c.names, `${text}, over time`)));
}

function levelFigure(level, base, arm, names, sync) {
	const side = (cell, v) => ({t: [0, cell.to_s === null ? 1 : cell.to_s], v: [v, v], to: cell.to_s});

	return timeFigure({title: level.metric, unit: level.unit, names, sync, base: side(base, level.base), arm: side(arm, level.arm),
		meaning: 'the mean over the measured window: the workload tells one figure for all of it'});
}

function timeGroup(g, data) {
	const o = data.over_time, row = data.comparisons[g.row];
	const base = o.cells[g.base], arm = o.cells[g.arm], names = [row.base, armName(row)], sync = `group-${g.row}`;
	const moves = s => s && !s.zero;
	const metrics = Object.keys(o.metrics).filter(m => moves(base.series[m]) || moves(arm.series[m]));

	return [
		el('p', {class: 'note'}, `The boots nearest to the medians of ${g.by}: cell ${g.base} (${row.base}, pair ${base.pair}) and cell ${g.arm} (${armName(row)}, pair ${arm.pair}). `,
			'Shaded is the measured window: warm-up and settling before it, the end after it.'),
		key(names[0], names[1], ['dashed line', 'solid line']),
		el('div', {class: 'grid'}, g.levels.map(l => levelFigure(l, base, arm, names, sync)), metrics.map(m => timeFigure({
			title: m, meaning: o.metrics[m].meaning, unit: o.metrics[m].unit, names, sync,
			base: seriesOf(base, m, o.metrics[m].size), arm: seriesOf(arm, m, o.metrics[m].size)}))),
	];
}

function timeSection(data) {
	const o = data.over_time, many = o.groups.length > 1;
	const blocks = o.groups.map((g, i) => many ?
		fold(groupName(data.comparisons[g.row]), () => timeGroup(g, data), i === 0) :
		el('div', {}, el('h3', {}, groupName(data.comparisons[g.row])), timeGroup(g, data)));

	return section('time', 'Over time',
		el('p', {class: 'note'}, 'Sample by sample; of more than 500 samples those that shape the line (largest triangle three buckets, Steinarsson 2013). What is zero throughout is left out.'),
		o.missing.length ? el('p', {class: 'note'}, `Without series: ${o.missing.join('; ')}.`) : null,
		o.left_out ? el('p', {class: 'note'}, `${plural(o.left_out, 'more comparison')}: `, el('code', {}, 'ramrig series RESULT --cell N'), ' shows any cell.') : null,
		blocks.length ? blocks : el('p', {}, 'No samples are there to be drawn.'));
}

function machineSection(data) {
	return section('machine', 'Machine', data.topologies.map(t => [el('h3', {}, t.name),
		el('pre', {tabindex: 0, role: 'group', 'aria-label': `Topology ${t.name}`}, t.text)]));
}

function savedTable(p, name) {
	return table({caption: `Memory saved: ${name}`, columns: ['Saved', right('Base'), right('Arm'), right('Less'), right('Of base'), right('Of all memory')],
		bodies: [{rows: p.saved.map(s => [s.metric, figure('base_median', s.base_median, s.text.base), figure('arm_median', s.arm_median, s.text.arm),
			figure('saved', s.saved, s.text.saved), figure('share_of_base', s.share_of_base, s.text.of_base), figure('share_of_memory', s.share_of_memory, s.text.of_memory)])}]});
}

function paidTable(p, name) {
	return table({caption: `What it cost: ${name}`, columns: ['Paid', right('Base'), right('Arm'), right('Change'), right('Of the time')],
		bodies: [{rows: p.paid.map(s => [s.loop ? `${s.metric} (${s.loop} loop)` : s.metric, figure('base_median', s.base_median, s.text.base),
			figure('arm_median', s.arm_median, s.text.arm), figure('change', s.change, s.text.change), figure('share_of_window', s.share_of_window, s.text.of_time)])}]});
}

function priceBlock(p, i, all) {
	const name = groupName(p), content = () => [p.proof === 'failed' ? el('p', {}, 'A proof failed: a policy that did not act saved nothing.') : null,
		el('div', {class: 'beside'}, savedTable(p, name), paidTable(p, name))];

	if (all.length > OPEN_PLACES)
		return fold(name, content, i === 0);
	return el('div', {class: 'place'}, el('h3', {}, name), content());
}

const PLACES = {front: 'on the front', unclear: 'unclear', dominated: 'dominated', absent: 'not seen'};

function tradeoffFigure(t) {
	const there = t.points.filter(p => p.saved && p.saved.median !== null && p.cost && p.cost.median !== null);
	const y = v => v / t.saved_axis.size, name = `${t.workload} on ${t.topology}, ${t.kernel}`;
	const points = there.map(p => ({name: p.arm, x: p.cost.median / t.cost_axis.size, y: y(p.saved.median),
		least: y(p.saved.least), most: y(p.saved.most), front: p.place === 'front'}));

	if (!points.length)
		return null;
	return el('figure', {}, el('figcaption', {}, el('strong', {}, `Memory saved against cost: ${name}. `),
		`${t.saved} less than the base, against how much worse ${t.cost} is. Discs on the dashed line are the front: nothing saves as much for less. Lines reach from the least to the most of all pairs.`),
	tradeoff(points, {x: `cost: ${t.cost} worse, ${t.cost_axis.unit}`, y: `saved: ${t.saved}, ${t.saved_axis.unit}`}, `Memory saved against cost, ${name}. The table below has the figures.`),
	table({caption: `Trade-offs of ${name}`, hidden: true, columns: ['Arm', right('Pairs'), right(`Saved: ${t.saved}`), right(`Cost: ${t.cost}`), 'Place'],
		bodies: [{rows: t.points.map(p => [p.arm, String(p.pairs), p.text.saved, p.text.cost, PLACES[p.place] || p.place])}]}));
}

function costSection(data) {
	const {prices, tradeoffs} = data.cost;

	return prices.length || tradeoffs.length ? section('cost', 'Memory saved, and its cost',
		el('p', {class: 'note'}, 'Of whole pairs and without verdicts; what was zero or absent on both sides is left out.'),
		tradeoffs.map(tradeoffFigure), prices.map(priceBlock)) : null;
}

// Whole lines, as the guest wrote them.
function lines(list, label) {
	return el('pre', {tabindex: 0, role: 'group', 'aria-label': label}, list.join('\n'));
}

function reportBlock(r) {
	const name = `Report ${r.hash}`;

	return el('div', {class: 'report'}, el('h3', {}, r.title), el('p', {class: 'note'}, `${r.said}.`), lines(r.context || [], `${name}, from line ${r.line} of the console`));
}

function failuresTable(failures) {
	return [failures.length > FAILURES ? el('p', {class: 'note'}, `The first ${FAILURES} of ${failures.length}.`) : null,
		table({caption: 'Cells that are not ok', columns: ['Cell', 'Pair', 'Arm', 'Workload', 'Topology', 'Kernel', 'Outcome', wrap('Reason')],
			bodies: [{rows: failures.slice(0, FAILURES).map(f => [String(f.n), String(f.pair), f.arm, f.workload, f.topology, f.kernel,
				el('span', {class: 'badge worse'}, f.outcome), f.reason])}]})];
}

function troubleSection(data) {
	const t = data.trouble;

	if (!t.failures.length && !t.reports.length)
		return section('trouble', 'Crashes and reports', el('p', {}, 'Every cell that ran ended well, and no kernel reported anything.'));
	return section('trouble', 'Crashes and reports',
		t.failures.length ? failuresTable(t.failures) : el('p', {}, 'Every cell that ran ended well.'),
		t.reports.filter(r => !r.expected).map(reportBlock),
		t.consoles.map(c => el('div', {}, el('h3', {}, `Cell ${c.n}: the end of its console`), lines(c.lines, `Console of cell ${c.n}`))),
		t.left_out ? el('p', {class: 'note'}, `${plural(t.left_out, 'more console')} in the result's folder.`) : null,
		t.reports.some(r => r.expected) ? fold('Reports that workloads expect', () => t.reports.filter(r => r.expected).map(reportBlock)) : null);
}

function diagnosticsTable(g) {
	const name = groupName(g);

	return [g.rows.length ? table({caption: `Diagnostics of ${name}`, hidden: true,
		columns: ['Metric', right('Base'), right('Arm'), right('Change'), right('p (BH)'), 'Label'],
		bodies: [{rows: g.rows}]}) : null,
	g.still.length ? el('p', {class: 'note'}, `Zero in both: ${g.still.join(', ')}.`) : null];
}

function diagnosticsSection(data) {
	return data.diagnostics.length ? section('diagnostics', 'Diagnostics',
		el('p', {class: 'note'}, 'Everything else that was measured: adjusted by Benjamini-Hochberg among themselves, without verdicts. For asking the next question, not for answering this one.'),
		data.diagnostics.map(g => fold(`${groupName(g)}: ${plural(g.rows.length, 'metric')}`, () => diagnosticsTable(g)))) : null;
}

function originSection(data) {
	const o = data.origin;

	return section('origin', 'Run it again',
		el('pre', {tabindex: 0, role: 'group', 'aria-label': 'Command'}, o.command),
		el('p', {class: 'note'}, 'The folder of the result holds plan.json, which has all of it, word for word.'),
		table({caption: 'Kernels', columns: ['Kernel', 'Release', 'Package', 'Version', wrap('Hash')],
			bodies: [{rows: o.kernels.map(k => [k.name, k.release || '-', k.package || '-', k.version || '-', el('code', {}, k.hash || '-')])}]}),
		el('h3', {}, 'Fidelity'), el('ul', {}, data.fidelities.map(f => el('li', {}, f))),
		el('h3', {}, 'Conditions'), el('dl', {class: 'facts'}, o.facts.map(([what, text]) => el('div', {}, el('dt', {}, what), el('dd', {}, text)))));
}
