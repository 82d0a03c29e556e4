// SPDX-License-Identifier: GPL-2.0-or-later
//
// The page of a result (harness/report/html.c): what was found, from what matters most to
// what only few will open. Its later sections are in result-more.js.
'use strict';

// How a verdict looks: a sign and a word beside its colour.
const VERDICTS = {
	regression: {sign: '✗', tone: 'worse'},
	improvement: {sign: '✓', tone: 'better'},
	equivalent: {sign: '=', tone: 'same'},
	inconclusive: {sign: '?', tone: 'unclear'},
	'no-effect-possible': {sign: '∅', tone: 'void'},
};

const OPEN_PLACES = 6;		// of more, each is folded
const SENTENCES = 8;		// shown before the others are asked for

function verdictOf(row) {
	return VERDICTS[row.verdict] || UNKNOWN;
}

// What is compared under the same conditions: rows of one workload, topology, kernel and base.
function placesOf(data) {
	const places = new Map();

	data.comparisons.forEach((row, i) => {
		const key = JSON.stringify([row.workload, row.topology, row.base_kernel, row.base]);
		row.index = i;
		if (!places.has(key))
			places.set(key, {workload: row.workload, topology: row.topology, kernel: row.base_kernel, base: row.base, rows: []});
		places.get(key).rows.push(row);
	});
	return [...places.values()];
}

function placeName(p) {
	return `${p.workload} on ${p.topology}, ${p.kernel || p.base_kernel}`;
}

function armName(row) {
	return row.arm_kernel === row.base_kernel ? row.arm : `${row.arm} (${row.arm_kernel})`;
}

function groupName(g) {
	return `${armName(g)} against ${g.base}, ${placeName(g)}`;
}

// What rows are to be read first, as one line: "1 regression, 2 equivalent".
function countsText(rows) {
	const counts = Object.keys(VERDICTS).map(v => [v, rows.filter(r => r.verdict === v).length]).filter(c => c[1]);

	return counts.map(([v, n]) => `${n} ${v}`).join(', ') || 'no verdicts';
}

function section(id, title, ...content) {
	const body = content.flat().filter(c => c);

	return body.length ? el('section', {id, 'aria-labelledby': `${id}-title`}, el('h2', {id: `${id}-title`}, title), body) : null;
}

// One block for each place: under headings where there are few, else folded.
function placeBlocks(places, build) {
	const many = places.length > OPEN_PLACES;

	return places.map((p, i) => {
		const content = () => [build(p)].flat().filter(c => c);
		if (many)
			return fold(`${placeName(p)}: ${countsText(p.rows)}`, content, i === 0);
		const made = content();
		return made.length ? el('div', {class: 'place'}, el('h3', {}, placeName(p)), made) : null;
	});
}

function headline(data) {
	const counts = data.verdicts.filter(v => v.n);

	if (!counts.length)
		return el('p', {class: 'headline'}, 'No verdict was asked for: what follows are diagnostics.');
	return el('ul', {class: 'headline'}, counts.map(v => el('li', {class: VERDICTS[v.name].tone, title: v.meaning},
		el('span', {class: 'count'}, v.n.toLocaleString('en')),
		el('span', {}, el('span', {'aria-hidden': 'true'}, `${VERDICTS[v.name].sign} `), v.name))));
}

// Sentences are in the order of groups; those that found something come first.
function sentences(data) {
	const worth = {regression: 0, 'no-effect-possible': 1, improvement: 2, inconclusive: 3, equivalent: 4};
	const groups = [], byKey = new Map();

	for (const row of data.comparisons) {
		const key = JSON.stringify([row.workload, row.topology, row.base_kernel, row.arm_kernel, row.base, row.arm]);
		if (!byKey.has(key)) {
			byKey.set(key, groups.length);
			groups.push(5);
		}
		const at = byKey.get(key);
		groups[at] = Math.min(groups[at], worth[row.verdict] === undefined ? 5 : worth[row.verdict]);
	}
	const lines = data.sentence.map((text, i) => ({text, worth: groups[i] === undefined ? 0 : groups[i]}));
	lines.sort((a, b) => a.worth - b.worth);
	const list = some => el('ul', {class: 'sentences'}, some.map(l => el('li', {}, l.text)));

	return [list(lines.slice(0, SENTENCES)), lines.length > SENTENCES ?
		fold(plural(lines.length - SENTENCES, 'more comparison'), () => list(lines.slice(SENTENCES))) : null];
}

function warnings(data) {
	const list = () => el('ul', {}, data.warnings.map(w => el('li', {}, w)));

	if (!data.warnings.length)
		return null;
	return el('div', {class: 'warnings'}, fold(`Read with care: ${plural(data.warnings.length, 'warning')}`, list,
		data.warnings.length <= 5));
}

// What must be known before a figure is believed: all but the first sentence of each fidelity.
function caveats(data) {
	const said = new Set(data.fidelities.flatMap(f => f.split(/\. /).slice(1).map(s => s.replace(/\.$/, ''))));

	return said.size ? el('p', {class: 'note'}, [...said].map(s => `${s}.`).join(' ')) : null;
}

function verdictSection(data) {
	const cells = data.outcomes.filter(o => o.n).map(o => `${o.n.toLocaleString('en')} ${o.name}`).join(', ');

	return section('verdict', 'Verdict', headline(data), sentences(data),
		el('p', {class: 'note'}, `Cells: ${cells || 'none'}. What this calls for as an exit code is ${data.exit.code}: ${data.exit.meaning}.`),
		caveats(data),
		warnings(data));
}

// The row of the base, as the vendor has it: again where other pairs count.
function baseCells(row) {
	return [row.base, figure('base_median', row.base_median, row.text.base), figure('dev_base', row.dev[0], row.text.dev_base),
		'base', '', '', '', '', '', String(row.pairs), ''];
}

function armCells(row, data) {
	const interval = row.ci ? row.ci.map(v => v === null ? '' : v).join(' ') : '';
	const cells = [armName(row), figure('arm_median', row.arm_median, row.text.arm), figure('dev_arm', row.dev[1], row.text.dev_arm),
		figure('change', row.change, row.text.change), figure('ci', interval, row.text.interval),
		figure('p_adjusted', row.p_adjusted, row.text.p), figure('mde', row.mde, row.text.mde), badge(verdictOf(row), row.verdict || row.label || '-'),
		figure('proof', row.proof, row.proof), figure('pairs', row.pairs, String(row.pairs)),
		data.fidelities[row.fidelity].split(/[;.]/)[0]];

	cells.row = row.index;
	return cells;
}

function metricHead(row, rows) {
	const kinds = [row.kind, row.loop && `${row.loop} loop`, `${row.better} is better`, row.margin !== null && `margin ${row.text.margin}`];
	const doubts = [rows.some(r => r.bimodal) && 'two groups of values', rows.some(r => r.drift_p !== null && r.drift_p <= 0.01) && 'drifts over the pairs'];

	return [el('strong', {}, row.metric), el('span', {class: 'note'}, ` ${kinds.filter(k => k).join(', ')}`),
		doubts.some(d => d) ? el('span', {class: 'badge unclear'}, doubts.filter(d => d).join(', ')) : null];
}

function keyTable(p, data) {
	const metrics = [...new Set(p.rows.map(r => r.metric))];
	const bodies = metrics.map(m => {
		const rows = p.rows.filter(r => r.metric === m), lines = [];
		let base = null;
		for (const row of rows) {
			if (!base || base.base_median !== row.base_median || base.pairs !== row.pairs)
				lines.push(baseCells(row));
			base = row;
			lines.push(armCells(row, data));
		}
		return {head: metricHead(rows[0], rows), rows: lines};
	});
	const fidelity = [...new Set(p.rows.map(r => data.fidelities[r.fidelity]))];

	return [table({caption: `Key metrics of ${placeName(p)}`, hidden: true, bodies, columns: [
		'Arm', right('Median'), right('dev %'), right('Change'), right(`${data.confidence} interval`), right('p adjusted'),
		right('Detectable'), 'Verdict', 'Proof', right('Boots'), 'Fidelity']}),
	fidelity.map(f => el('p', {class: 'note'}, f))];
}

function keySection(data, places) {
	return section('key', 'Key comparisons', el('p', {class: 'note'},
		'dev % is the standard deviation over the mean of boots, each a fresh one. Change and interval are of pairs; p is adjusted for all key metrics of the plan (Holm). ',
		'Detectable is the smallest true change that would be found four times of five. Boots are those of one arm.'),
	placeBlocks(places, p => keyTable(p, data)));
}

// A row as effects() takes it, `size` being what the axis is in.
function effectOf(row, size) {
	const limit = i => row.ci && row.ci[i] !== null ? row.ci[i] / size : null;
	const open = row.ci && (row.ci[0] === null || row.ci[1] === null);

	return {label: `${row.metric}\n${verdictOf(row).sign} ${row.arm}`, change: row.change / size, tone: verdictOf(row).tone,
		low: open ? null : limit(0), high: open ? null : limit(1), margin: row.margin === null ? null : row.margin / size};
}

function effectFigure(rows, unit, size, p, data) {
	const text = `Changes in ${unit} with ${data.confidence} intervals and margins, ${placeName(p)}`;

	return el('figure', {}, effects(rows.map(r => effectOf(r, size)), unit, `${text}. The table of key comparisons has the figures.`),
		el('figcaption', {}, `${text}. A point is the change, its line the interval, the band behind it the margin.`));
}

// Ratios share one axis; differences have one for each unit.
function effectFigures(p, data) {
	const rows = p.rows.filter(r => r.change !== null), figures = [];
	const ratios = rows.filter(r => r.scale === 'ratio'), others = rows.filter(r => r.scale !== 'ratio');

	if (ratios.length)
		figures.push(effectFigure(ratios, '%', 0.01, p, data));
	for (const unit of new Set(others.map(r => r.unit))) {
		const same = others.filter(r => r.unit === unit);
		const largest = same.reduce((a, b) => b.shown.size > a.shown.size ? b : a);
		figures.push(effectFigure(same, largest.shown.unit, largest.shown.size, p, data));
	}
	return figures;
}

function effectSection(data, places) {
	return section('effects', 'Effects', placeBlocks(places.filter(p => p.rows.some(r => r.change !== null)), p => effectFigures(p, data)));
}

function bootsTable(row, caption) {
	const b = row.boots, shown = v => number(v / row.shown.size);

	return table({caption: `${caption}, in ${row.shown.unit || row.unit}`, columns: ['Pair', right(row.base), right(armName(row)), right('Difference')],
		bodies: [{rows: b.pair.map((pair, i) => [String(pair), shown(b.base[i]), shown(b.arm[i]), shown(b.arm[i] - b.base[i])])}]});
}

function bootsFigure(row) {
	const caption = `${row.metric}: ${armName(row)} against ${row.base}`, b = row.boots, size = row.shown.size;
	const scaled = {pair: b.pair, base: b.base.map(v => v / size), arm: b.arm.map(v => v / size)};

	return el('figure', {class: 'small'}, el('figcaption', {}, el('strong', {}, row.metric), ` ${armName(row)} against ${row.base}`, b.pair.length < row.pairs ? ` (${b.pair.length} of ${row.pairs} pairs, picked by LTTB of their differences)` : ''),
		pairs(scaled, row.shown.unit || row.unit, `${caption}, by pair. The table below has the figures.`),
		fold('The figures', () => bootsTable(row, caption)));
}

// Who is who: `signs` say it without colours.
function key(base, arm, signs) {
	return el('p', {class: 'key'}, el('span', {class: 'mark ring', 'aria-hidden': 'true'}), `${base} (${signs[0]})`,
		el('span', {class: 'mark disc', 'aria-hidden': 'true'}), `${arm} (${signs[1]})`);
}

function armsOf(rows) {
	const names = [...new Set(rows.map(armName))];

	return names.length > 1 ? 'the arm' : names[0];
}

function bootsSection(data, places) {
	const some = places.map(p => Object.assign({}, p, {rows: p.rows.filter(r => r.boots.pair.length)})).filter(p => p.rows.length);

	return section('boots', 'Boots', el('p', {class: 'note'}, 'Each point is one fresh boot; a line joins the two of a pair. The length of the lines is what the test goes by.'),
		some.length ? placeBlocks(some, p => [key(p.base, armsOf(p.rows), ['ring', 'disc']), el('div', {class: 'grid'}, p.rows.map(bootsFigure))]) :
			el('p', {}, 'No pair is whole.'));
}

function resultView(data) {
	const places = placesOf(data);
	const sections = [
		verdictSection(data), keySection(data, places), effectSection(data, places), bootsSection(data, places),
		timeSection(data), machineSection(data), costSection(data), troubleSection(data), diagnosticsSection(data), originSection(data),
	].filter(s => s);

	return frame({kind: 'report', title: data.experiment, lead: data.summary, ramrig: data.ramrig}, sections);
}
