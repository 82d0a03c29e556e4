// SPDX-License-Identifier: GPL-2.0-or-later
//
// The page of the history (harness/history/html.c): changes first, then every trend.
'use strict';

// How a status looks: a sign and a word beside its colour.
const STATUSES = {
	alarm: {sign: '✗', tone: 'worse'},
	open: {sign: '?', tone: 'unclear'},
	'not-confirmed': {sign: '=', tone: 'same'},
	'cannot-be-confirmed': {sign: '∅', tone: 'void'},
	better: {sign: '✓', tone: 'better'},
};

function statusBadge(name) {
	return badge(STATUSES[name] || UNKNOWN, name);
}

function trendName(t) {
	return `${t.metric} of ${t.workload} on ${t.topology}, ${t.arm}`;
}

function dateOf(trend, night) {
	const found = trend.nights.find(n => n.night === night);

	return found ? found.started.slice(0, 10) : '';
}

function kernelOf(trend, night) {
	const found = trend.nights.find(n => n.night === night);

	return found && found.release ? `${found.release} (${found.hash.slice(0, 12)})` : '';
}

function answerText(change) {
	return change.confirmation ? change.confirmation.reason : '';
}

function changesSection(data) {
	const rows = data.trends.flatMap(t => t.changes.map(c => ({t, c})));
	const order = Object.keys(STATUSES);

	if (!rows.length)
		return section('changes', 'Changes', el('p', {class: 'headline'}, 'No trend has changed its level.'));
	const rank = r => order.includes(r.c.status) ? order.indexOf(r.c.status) : order.length;
	rows.sort((a, b) => rank(a) - rank(b) || b.c.night - a.c.night);
	const counts = data.statuses.map(s => [s, rows.filter(r => r.c.status === s.name).length]).filter(c => c[1]);

	return section('changes', 'Changes',
		el('ul', {class: 'headline'}, counts.map(([s, n]) => el('li', {class: (STATUSES[s.name] || UNKNOWN).tone, title: s.meaning},
			el('span', {class: 'count'}, n.toLocaleString('en')), el('span', {}, s.name)))),
		table({caption: 'Change points, those that are alarms or open first', hidden: true,
			columns: ['Trend', 'Status', right('Night'), 'Date', right('Before'), right('After'), right('Change'), right('p'), 'Kernel before', 'Kernel then', wrap('A fresh A/B')],
			bodies: [{rows: rows.map(({t, c}) => [trendName(t), statusBadge(c.status), String(c.night), dateOf(t, c.night),
				figure('before', c.before, c.text.before), figure('after', c.after, c.text.after), figure('change', c.change, c.text.change),
				figure('p', c.p, c.p < 1e-6 ? '<0.000001' : c.p.toPrecision(2)), kernelOf(t, c.before_night), kernelOf(t, c.night), answerText(c)])}]}));
}

function trendTable(t) {
	return table({caption: trendName(t), columns: [right('Night'), 'Date', 'Kernel', right('Boots'), right('Median'), right('Least'), right('Most')],
		bodies: [{rows: t.nights.map(n => [String(n.night), n.started.slice(0, 10), n.release || '', String(n.boots),
			figure('median', n.median, n.text.median), n.text.least, n.text.most])}]});
}

function trendFigure(t) {
	const known = t.changes.map(c => [' ', statusBadge(c.status), ` night ${c.night}: ${c.text.change}`]);

	return el('figure', {class: 'small'}, el('figcaption', {}, el('strong', {}, t.metric), ` ${t.arm}, ${t.better} is better`, known),
		trendChart(t, `${trendName(t)}, by night. The table below has the figures.`), fold('The figures', () => trendTable(t)));
}

// Trends that may be looked at side by side: one workload on one topology, on one host and clock.
function trendGroups(trends) {
	const groups = new Map();

	for (const t of trends) {
		const name = `${t.workload} on ${t.topology}, ${t.kernel}: ${t.accelerator}, ${t.clock} clock, ${t.host}`;
		if (!groups.has(name))
			groups.set(name, []);
		groups.get(name).push(t);
	}
	return [...groups];
}

function trendsView(data) {
	const sections = [changesSection(data), section('trends', 'Trends',
		el('p', {class: 'note'}, 'A point is the median of a night\'s boots, the line through it their range. The dashed line is the level between changes; a ring marks the first night of a new one.'),
		trendGroups(data.trends).map(([name, trends]) => el('div', {class: 'place'}, el('h3', {}, name), el('div', {class: 'grid'}, trends.map(trendFigure)))))];

	return frame({kind: 'history', title: 'History', lead: `${plural(data.trends.length, 'trend')} over nights`, ramrig: data.ramrig}, sections);
}
